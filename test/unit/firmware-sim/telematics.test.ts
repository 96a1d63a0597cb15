import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { linkEvent, SimulatedCar, volatileMemory } from '../../../firmware-sim/index.js';
import type {
  CarEvent,
  CommandReport,
  LinkEventDetail,
  Memory,
  SimulatedCarOptions,
} from '../../../firmware-sim/index.js';
import { describeCarEvent } from '../../../cli/car/describe-event.js';
import { linkLines } from '../../../cli/car/report-lines.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { serviceDataOf } from '../../../lib/link/advertising.js';
import { PhoneKey } from '../../../lib/phone/phone-key.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import { silentLogger } from '../../../lib/platform/logger.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { MemoryRadio } from '../../../lib/radio/memory.js';
import type { Peripheral } from '../../../lib/radio/types.js';
import { openWindow } from '../../../testing/open-window.js';
import { cheapSuite } from '../../support/cheap-suite.js';
import { errorWith } from '../../support/errors.js';
import { deferred, withTime } from '../../support/waiting.js';

let clock: SimClock;
let near: MemoryRadio;
let far: MemoryRadio;
const running: SimulatedCar[] = [];
/** Time passes until then. */
let stopTime: () => Promise<void>;

const begin = (): void => {
  clock = new SimClock();
  near = new MemoryRadio({ clock });
  far = new MemoryRadio({ clock });
  const { promise, resolve } = deferred<void>();
  const passing = withTime(clock, promise);
  stopTime = () => {
    resolve();
    return passing;
  };
};
const end = async (): Promise<void> => {
  await Promise.all(running.splice(0).map((car) => car.stop()));
  await stopTime();
};
beforeEach(begin);
afterEach(end);

/** A car with both radios; `told` is what the cloud gets to know, `links` what happens on links. */
const start = async (options: Partial<SimulatedCarOptions> = {}) => {
  const events: CarEvent[] = [];
  const told: CommandReport[] = [];
  const links: LinkEventDetail[] = [];
  const warnings: string[] = [];
  const car = await SimulatedCar.start({
    name: 'Test car',
    suite: cheapSuite,
    clock,
    peripheral: near.peripheral(),
    telematics: far.peripheral(),
    onEvent: (event) => events.push(event),
    onLinkEvent: (event) => links.push(linkEvent(event)),
    onTelematicsCommand: (report) => told.push(report),
    log: { ...silentLogger, warn: (message) => warnings.push(message) },
    ...options,
  });
  running.push(car);
  return { car, events, told, links, warnings };
};

/** A phone that paired beside the car, and is then there and afar. */
const paired = async (car: SimulatedCar, name: string, role?: 'owner' | 'driver') => {
  const store = new MemoryCarStore();
  const phoneOn = (radio: MemoryRadio) =>
    new PhoneKey({ central: radio.central(), store, name, suite: cheapSuite, clock });
  const beside = phoneOn(near);
  await beside.pair({ code: await openWindow(car, role) });
  return { beside, afar: phoneOn(far), store };
};

describe('a car with a telematics unit', () => {
  it('does what is asked through it, and tells that alone', async () => {
    const { car, told, events } = await start();
    const { beside, afar } = await paired(car, 'Ada');
    await beside.unlock();
    expect(told).toEqual([]);
    const link = await afar.connect();
    await link.command({ type: 'lock', id: Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 0xff]) });
    await link.status();
    await link.close();
    await car.control.pullHandle('front-left');
    expect((await car.control.status()).locked).toBe(true);
    const peer = far.links.at(-1)?.car.peer;
    expect(told).toEqual([
      { link: peer, command: 'lock', commandId: '01020304050607ff', outcome: 'done' },
      { link: peer, command: 'status', outcome: 'done' },
    ]);
    const by = events.filter(({ type }) => type === 'unlocked' || type === 'locked');
    expect(by).toMatchObject([
      { by: { slot: 0, name: 'Ada' } },
      { by: { slot: 0, name: 'Ada', via: 'cloud' } },
    ]);
    expect(by[0]).not.toHaveProperty('by.via');
    expect(by.map(describeCarEvent)).toEqual([
      'unlocked by Ada (slot 0)',
      'locked by Ada (slot 0) through the cloud',
    ]);
  });

  it('tells refusals, and faults of the car', async () => {
    const memory = volatileMemory();
    let full = false;
    const commit: Memory['commit'] = (record, options) =>
      full ? Promise.reject(new Error('full')) : memory.commit(record, options);
    const { car, told, events } = await start({ memory: { load: () => memory.load(), commit } });
    const { beside, afar } = await paired(car, 'Ada');
    await beside.unlock();
    await car.control.pullHandle('front-left');
    await expect(afar.lock()).rejects.toThrow('door');
    full = true;
    const link = await afar.connect();
    const { outcome } = await link.command({ type: 'unlock', id: new Uint8Array(8) });
    expect(outcome).toEqual({ type: 'refused', refusal: 'fault' });
    await link.close();
    expect(told.map(({ command, outcome }) => [command, outcome])).toEqual([
      ['lock', 'door-open'],
      ['unlock', 'fault'],
    ]);
    const refused = events.filter(({ type }) => type === 'command-refused');
    expect(refused.map(describeCarEvent)).toEqual([
      'lock refused to Ada (slot 0) through the cloud: a door is open',
    ]);
  });

  it('does once what comes by both ways under one id', async () => {
    const { car, events } = await start();
    const { beside, afar } = await paired(car, 'Ada');
    const [one, two] = await Promise.all([beside.connect(), afar.connect()]);
    const command = { type: 'trunk', id: new Uint8Array(8).fill(7) } as const;
    const results = await Promise.all([one.command(command), two.command(command)]);
    expect(results.map(({ outcome }) => outcome.type)).toEqual(['done', 'done']);
    expect(events.filter(({ type }) => type === 'door-opened')).toHaveLength(1);
    const newer = { type: 'lock', id: new Uint8Array(8).fill(9) } as const;
    const older = { type: 'unlock', id: new Uint8Array(8).fill(8) } as const;
    await one.command({ ...newer, voids: [older.id] });
    expect((await two.command(older)).outcome).toEqual({ type: 'refused', refusal: 'superseded' });
    await Promise.all([one.close(), two.close()]);
  });

  it('pairs nobody through it, and does not advertise that it pairs', async () => {
    const { car, events } = await start();
    const code = await openWindow(car);
    const flags: (number | undefined)[] = [];
    const seen = new AbortController();
    await far.central().scan(
      [{ service: nativeProfile.service, matches: () => true }],
      (heard) => {
        flags.push(serviceDataOf(heard, nativeProfile.service)?.[0]);
        seen.abort();
      },
      seen.signal,
    );
    expect(flags).toEqual([0]);
    const stranger = new PhoneKey({
      central: far.central(),
      store: new MemoryCarStore(),
      name: 'Eve',
      suite: cheapSuite,
      clock,
    });
    const pairing = stranger.pair({ code, timeoutMs: 500 });
    await expect(pairing).rejects.toBeInstanceOf(PhoneKeyError);
    expect(events.map(({ type }) => type)).not.toContain('pairing-try');
    expect((await car.control.screen()).state).toBe('pairing');
  });

  it('shows who has come through it, and drops a key that is removed', async () => {
    const { car, links } = await start();
    const { beside, afar } = await paired(car, 'Ada');
    const bob = await paired(car, 'Bob', 'driver');
    const [one, two] = await Promise.all([beside.connect(), bob.afar.connect()]);
    await Promise.all([one.status(), two.status()]);
    const { links: held } = await car.control.status();
    expect(held).toEqual([
      { key: { slot: 0, name: 'Ada' }, seconds: 0 },
      { key: { slot: 1, name: 'Bob' }, seconds: 0, via: 'cloud' },
    ]);
    expect(linkLines({ links: held })[1]).toBe('linked for 0 s through the cloud: Bob (slot 1)');
    links.splice(0);
    await one.removeKey(1);
    expect((await car.control.status()).links).toHaveLength(1);
    await expect(two.status()).rejects.toBeInstanceOf(PhoneKeyError);
    await expect(bob.afar.unlock()).rejects.toEqual(errorWith('car.not-recognised'));
    expect(links.map(describeCarEvent)).toEqual([
      'the link through the cloud of Bob (slot 1) ended: key removed',
      'a phone connected through the cloud',
      expect.stringContaining('a phone was refused through the cloud'),
      expect.stringMatching(/^the link through the cloud ended/),
    ]);
    await one.close();
    await afar.unlock();
    expect(links.map(describeCarEvent)).toContain('it is Ada (slot 0) through the cloud');
  });

  it('is another car there, too, after a factory reset', async () => {
    const { car, links } = await start();
    const { afar } = await paired(car, 'Ada');
    const link = await afar.connect();
    await car.control.reset();
    expect(links.at(-1)).toEqual({ type: 'link-closed', why: 'stopped', via: 'cloud' });
    await expect(link.status()).rejects.toBeInstanceOf(PhoneKeyError);
    await expect(afar.unlock({ timeoutMs: 300 })).rejects.toEqual(errorWith('car.not-found'));
    const again = await paired(car, 'Ada');
    await again.afar.unlock();
    expect((await car.control.status()).locked).toBe(false);
  });
});

describe('a telematics unit that fails', () => {
  /** Of a car with Ada, to begin with. */
  const memory = volatileMemory();
  let store: MemoryCarStore;
  beforeAll(async () => {
    begin();
    const { car } = await start({ memory, telematics: undefined });
    ({ store } = await paired(car, 'Ada'));
    await end();
  });
  const ada = (radio: MemoryRadio) =>
    new PhoneKey({ central: radio.central(), store, name: 'Ada', suite: cheapSuite, clock });
  const copy = (): Memory => ({ load: () => memory.load(), commit: () => Promise.resolve() });
  const fault = (): Promise<never> =>
    Promise.reject(new PhoneKeyError('radio.unavailable', 'no network'));
  const radio = (instead: Partial<Peripheral>): Peripheral => ({
    mostLinks: 1,
    start: () => Promise.resolve(),
    advertise: () => Promise.resolve(),
    close: () => Promise.resolve(),
    ...instead,
  });

  it.each<[string, Partial<Peripheral>]>([
    ['at its start', { start: fault }],
    ['at its start, and says nothing', { start: () => new Promise(() => undefined) }],
    [
      'by throwing',
      {
        start: () => {
          throw new Error('bug');
        },
      },
    ],
    ['when it advertises', { advertise: fault }],
    ['when it is closed', { close: fault }],
    [
      'when it is closed, by throwing',
      {
        close: () => {
          throw new Error('bug');
        },
      },
    ],
    [
      'later',
      {
        start: (_, onError) => {
          onError?.(new PhoneKeyError('radio.unavailable', 'gone'));
          return Promise.resolve();
        },
      },
    ],
  ])('%s leaves the car as it is without one', async (_, instead) => {
    const errors: PhoneKeyError[] = [];
    const { car } = await start({
      memory: copy(),
      telematics: radio(instead),
      onRadioError: (error) => errors.push(error),
    });
    await ada(near).unlock();
    expect((await car.control.status()).locked).toBe(false);
    expect(await car.control.reset()).toMatchObject({});
    await car.stop();
    expect(errors).toEqual([]);
  });

  it('says so in the log', async () => {
    const { warnings } = await start({ telematics: radio({ start: fault }) });
    while (warnings.length === 0) await Promise.resolve();
    expect(warnings).toEqual(['the telematics unit failed']);
  });

  it('does not matter to whoever is told of commands, nor does he to the car', async () => {
    const { warnings } = await start({
      memory: copy(),
      onTelematicsCommand: () => {
        throw new Error('bug');
      },
    });
    await ada(far).unlock();
    expect(warnings).toEqual(['a report failed']);
  });

  it('is closed with the car, also where that does not start', async () => {
    let closed = 0;
    const telematics = radio({
      close: () => {
        closed += 1;
        return Promise.resolve();
      },
    });
    const { car } = await start({ telematics });
    await car.stop();
    expect(closed).toBe(1);
    await expect(start({ telematics, peripheral: radio({ start: fault }) })).rejects.toEqual(
      errorWith('radio.unavailable'),
    );
    expect(closed).toBe(2);
  });
});

describe('what the cloud brings', () => {
  it('is taken when it is durable, and good for nothing where it is nothing', async () => {
    const { car, events } = await start();
    const ada = await paired(car, 'Ada');
    const bob = await paired(car, 'Bob', 'driver');
    const link = await ada.beside.connect();
    const [, { fingerprint } = { fingerprint: '' }] = await link.listKeys();
    await link.close();
    for (const junk of [new Uint8Array(0), new Uint8Array(148), new Uint8Array(5000)])
      await car.receive(junk);
    expect(events.map(({ type }) => type)).not.toContain('revocation-list-taken');
    const { uris } = await ada.beside.ring.suspend(fingerprint);
    for (const uri of [...uris, ...uris])
      await car.receive(Buffer.from(uri.split('/')[1] ?? '', 'base64url'));
    await expect(bob.afar.unlock()).rejects.toEqual(errorWith('car.key-revoked'));
  });

  it('is not taken where the car cannot keep it, and may be brought again', async () => {
    const memory = volatileMemory();
    let full = false;
    const commit: Memory['commit'] = (record, options) =>
      full ? Promise.reject(new Error('full')) : memory.commit(record, options);
    const { car } = await start({ memory: { load: () => memory.load(), commit } });
    const ada = await paired(car, 'Ada');
    const bob = await paired(car, 'Bob', 'driver');
    const link = await ada.beside.connect();
    const [, { fingerprint } = { fingerprint: '' }] = await link.listKeys();
    await link.close();
    const { uris } = await ada.beside.ring.suspend(fingerprint);
    const part = Buffer.from(uris[0]?.split('/')[1] ?? '', 'base64url');
    full = true;
    await expect(car.receive(part)).rejects.toThrow('full');
    full = false;
    await bob.afar.unlock();
    await car.receive(part);
    await expect(bob.afar.unlock()).rejects.toEqual(errorWith('car.key-revoked'));
  });

  it('is not taken by a car that was stopped', async () => {
    const { car } = await start();
    await car.stop();
    await expect(car.receive(new Uint8Array(148))).rejects.toEqual(errorWith('sim.not-running'));
  });
});

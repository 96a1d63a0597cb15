import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWindow } from '../../../testing/open-window.js';
import { controlClient, controlPath, SimulatedCar } from '../../../firmware-sim/index.js';
import type { CarEvent, SimulatedCarOptions } from '../../../firmware-sim/index.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import { PhoneKey } from '../../../lib/phone/phone-key.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import { MemoryRadio } from '../../../lib/radio/memory.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import type { Peripheral } from '../../../lib/radio/types.js';
import { withTime } from '../../support/waiting.js';
import { cheapSuite } from '../../support/cheap-suite.js';

let home: string;
// The derivation from a pairing code is slow on purpose.
jest.setTimeout(60_000);

/** Time passes for car and phone separately, and only where a test says so. */
let clock: SimClock;
let phoneClock: SimClock;
const running: SimulatedCar[] = [];

beforeEach(async () => {
  clock = new SimClock();
  phoneClock = new SimClock();
  home = await mkdtemp(join(tmpdir(), 'phonekey-'));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((car) => car.stop()));
  await rm(home, { recursive: true });
});

const start = async (options: Partial<SimulatedCarOptions> & { peripheral: Peripheral }) => {
  const events: CarEvent[] = [];
  const car = await SimulatedCar.start({
    name: 'Test car',
    home,
    suite: cheapSuite,
    clock,
    onEvent: (event) => events.push(event),
    ...options,
  });
  running.push(car);
  return { car, events };
};

const pairedPhone = async (
  radio: MemoryRadio,
  car: SimulatedCar,
  name: string,
  store = new MemoryCarStore(),
) => {
  const phone = new PhoneKey({
    central: radio.central(),
    store,
    name,
    suite: cheapSuite,
    clock: phoneClock,
  });
  const code = await openWindow(car);
  // The car syncs its disk in real time, of which the phone's clock knows nothing.
  await withTime(phoneClock, phone.pair({ code, timeoutMs: 3_600_000 }));
  return phone;
};

describe('SimulatedCar', () => {
  it('pairs a phone and does what it says', async () => {
    const radio = new MemoryRadio();
    const { car, events } = await start({ peripheral: radio.peripheral() });
    const phone = await pairedPhone(radio, car, 'Ada');
    await phone.unlock();
    expect(await car.control.pullHandle('front-left')).toEqual({ opened: true });
    await car.control.close('front-left');
    await phone.start();
    expect(await phone.status()).toMatchObject({ locked: false, driveSecondsLeft: 120 });
    await phone.lock();
    expect(events.map(({ type }) => type)).toEqual([
      'card-tapped',
      'pairing-opened',
      'pairing-try',
      'key-added',
      'pairing-closed',
      'unlocked',
      'door-opened',
      'door-closed',
      'drive-authorised',
      'locked',
      'drive-ended',
    ]);
  });

  it('shows who has its link, until he has gone', async () => {
    const radio = new MemoryRadio();
    const { car } = await start({ peripheral: radio.peripheral() });
    const phone = await pairedPhone(radio, car, 'Ada');
    await clock.advance(0);
    const connection = await phone.connect();
    expect((await car.control.status()).links).toEqual([{ key: null, seconds: 0 }]);
    await connection.status();
    await clock.advance(7_000);
    expect(await controlClient(controlPath(home)).status()).toMatchObject({
      links: [{ key: { slot: 0, name: 'Ada' }, seconds: 7 }],
    });
    const watched = await controlClient(controlPath(home)).watch();
    await connection.close();
    await clock.advance(0);
    expect((await car.control.status()).links).toEqual([]);
    for await (const event of watched) {
      const key = { slot: 0, name: 'Ada' };
      expect(event).toMatchObject({ type: 'link-closed', key, at: clock.now() });
      watched.stop();
    }
  });

  it('knows its keys after a restart', async () => {
    const radio = new MemoryRadio();
    const first = await start({ peripheral: radio.peripheral() });
    const phone = await pairedPhone(radio, first.car, 'Ada');
    await first.car.stop();
    expect((await readdir(home)).sort()).toEqual(['memory-a', 'memory-b']);
    const { car } = await start({ peripheral: radio.peripheral() });
    await phone.unlock();
    expect(await car.control.status()).toMatchObject({ locked: false, keys: [{ name: 'Ada' }] });
  });

  it('answers a phone that removes its own key, and then forgets it', async () => {
    const radio = new MemoryRadio();
    const { car } = await start({ peripheral: radio.peripheral() });
    await pairedPhone(radio, car, 'Ada');
    const store = new MemoryCarStore();
    const guest = await pairedPhone(radio, car, 'Ben', store);
    const cars = await store.list();
    await guest.removeKey('own');
    expect(await guest.ring.cars()).toEqual([]);
    // The phone listens for another candidate on its own clock.
    await expect(
      withTime(phoneClock, withTime(clock, guest.unlock({ cars }))),
    ).rejects.toMatchObject({
      code: 'car.not-recognised',
    });
    expect((await car.control.status()).keys).toMatchObject([{ name: 'Ada', role: 'owner' }]);
  });

  it('is another car after a factory reset, on the same radio', async () => {
    const radio = new MemoryRadio();
    const { car } = await start({ peripheral: radio.peripheral() });
    const phone = await pairedPhone(radio, car, 'Ada');
    const before = await car.control.status();
    const { fingerprint } = await controlClient(controlPath(home)).reset();
    expect(fingerprint).not.toBe(before.fingerprint);
    await expect(withTime(phoneClock, phone.unlock())).rejects.toMatchObject({
      code: 'car.not-found',
    });
    const again = await pairedPhone(radio, car, 'Ada');
    await again.unlock();
    expect(await car.control.status()).toMatchObject({ fingerprint, locked: false });
  });

  it('does not run twice on one memory', async () => {
    const radio = new MemoryRadio();
    const { car } = await start({ peripheral: radio.peripheral() });
    await expect(start({ peripheral: radio.peripheral() })).rejects.toMatchObject({
      code: 'sim.already-running',
    });
    await controlClient(controlPath(home)).status();
    await car.stop();
    await car.stop();
    await expect(controlClient(controlPath(home)).status()).rejects.toMatchObject({
      code: 'sim.not-running',
    });
    await start({ peripheral: radio.peripheral() });
  });

  it('is not reset any more once it was stopped: its memory may be in other hands', async () => {
    const { car } = await start({ peripheral: new MemoryRadio().peripheral() });
    await car.stop();
    const read = () => readFile(join(home, 'memory-a'));
    const before = await read();
    await expect(car.control.reset()).rejects.toMatchObject({ code: 'sim.not-running' });
    expect(await read()).toEqual(before);
  });

  it('leaves nothing behind when its radio does not start', async () => {
    let closed = 0;
    const peripheral: Peripheral = {
      mostLinks: 1,
      start: () => Promise.reject(new PhoneKeyError('radio.unavailable', 'no adapter')),
      advertise: () => Promise.resolve(),
      close: () => {
        closed += 1;
        return Promise.resolve();
      },
    };
    await expect(start({ peripheral })).rejects.toMatchObject({ code: 'radio.unavailable' });
    expect(closed).toBe(1);
    expect((await readdir(home)).sort()).toEqual(['memory-a', 'memory-b']);
  });

  it('needs no directory', async () => {
    const radio = new MemoryRadio();
    const { car } = await start({ peripheral: radio.peripheral(), name: 'Another', slots: 2 });
    expect(await car.control.status()).toMatchObject({ name: 'Another', slots: 2 });
    const forgetful = await SimulatedCar.start({ name: 'X', peripheral: radio.peripheral() });
    running.push(forgetful);
    expect(await forgetful.control.status()).toMatchObject({ name: 'X', keys: [] });
    expect((await readdir(home)).sort()).toEqual(['control.sock', 'lock', 'memory-a', 'memory-b']);
  });

  it.each([{ name: '' }, { name: 'x'.repeat(33) }, { slots: 0 }, { slots: 1.5 }, { slots: 25 }])(
    'refuses %j',
    async (options) => {
      const peripheral = new MemoryRadio().peripheral();
      await expect(start({ peripheral, ...options })).rejects.toMatchObject({
        code: 'usage.invalid',
      });
    },
  );
});

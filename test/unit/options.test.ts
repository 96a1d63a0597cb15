import { describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../air/air.js';
import { serveH4 } from '../../air/h4-server.js';
import { parseFaults } from '../../air/faults.js';
import { connectHub, connectOrStartHub } from '../../air/hub/connect.js';
import { loadBleno, loadNoble } from '../../air/load.js';
import { servePty } from '../../air/pty/pty-server.js';
import { SimAir } from '../../air/sim/air.js';
import { SimulatedCar } from '../../firmware-sim/car.js';
import { CarEndpoint } from '../../lib/car/endpoint.js';
import { carIdentity } from '../../lib/crypto/identity.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { PhoneKey } from '../../lib/phone/phone-key.js';
import { MemoryCarStore } from '../../lib/phone/store.js';
import { seededRandom } from '../../lib/platform/seeded-random.js';
import { SimClock } from '../../lib/platform/sim-clock.js';
import { openHciPeripheral } from '../../lib/radio/host/peripheral.js';
import { MemoryRadio } from '../../lib/radio/memory.js';
import { memoryLinkPair } from '../../lib/radio/memory-link.js';
import { openNobleCentral } from '../../lib/radio/noble.js';
import { systemClock } from '../../lib/platform/clock.js';
import { introduced } from './phone/setup.js';
import { TestHost } from '../support/test-car.js';

/** What JavaScript lets through, and the compiler may not. */
type Call = (wrong: never) => unknown;
type Case = readonly [what: string, values: readonly unknown[], call: Call];

const NOT_A_NUMBER = [NaN, '1', null, {}];
const NOT_MS = [...NOT_A_NUMBER, -1];
const NOT_METRES = [...NOT_A_NUMBER, Infinity];
const NOT_A_FUNCTION = [1, 'x', {}];

const code = async (work: () => unknown): Promise<unknown> => {
  try {
    await work();
    return 'no error';
  } catch (error) {
    return error instanceof PhoneKeyError ? error.code : error;
  }
};

/** Every value of each case is refused. */
const refusing = (cases: readonly Case[]): void => {
  it.each(cases)('%s', async (_, values, call) => {
    for (const value of values) {
      expect([value, await code(() => call(value as never))]).toEqual([value, 'usage.invalid']);
    }
  });
};

const store = new MemoryCarStore();
const radio = new MemoryRadio();
const central = radio.central();
const key = new PhoneKey({ central, store });
const { ring } = key;
const phoneWith = (options: object): PhoneKey => new PhoneKey({ central, store, ...options });
const endpointWith = (options: object): CarEndpoint =>
  new CarEndpoint({ host: new TestHost(), peripheral: radio.peripheral(), ...options });
const carWith = (options: object): Promise<SimulatedCar> =>
  SimulatedCar.start({ name: 'Blue', peripheral: radio.peripheral(), ...options });
const to = '0'.repeat(64);

describe('phonekey refuses', () => {
  refusing([
    ['a timeout', NOT_MS, (timeoutMs) => key.unlock({ timeoutMs })],
    ['a timeout of every call', [NaN], (timeoutMs) => key.connect({ timeoutMs })],
    ['a timeout of pairing', [NaN], (timeoutMs) => key.pair({ code: '12345678', timeoutMs })],
    ['a timeout of relaying', [NaN], (timeoutMs) => key.relay(['x'], { timeoutMs })],
    ['a signal', [new AbortController(), 1, null], (signal) => key.unlock({ signal })],
    ['a signal of scanning', [{}, 1], (signal) => key.scan({ signal }).next()],
    ['options', [null, 5], (options) => key.unlock(options)],
    ['a car that is no name', [5, null], (car) => key.unlock({ car })],
    ['a way', ['radio', 5, null], (via) => key.unlock({ via })],
    ['what hears of ways', NOT_A_FUNCTION, (onWay) => key.unlock({ onWay })],
    ['a slot', [...NOT_A_NUMBER, -1, 1.5], (slot) => key.removeKey(slot)],
    ['a PIN', [1234, null, '123', 'abcd'], (pin) => key.setPin(pin)],
    ['a code', [12345678, null, undefined, '1234'], (pairing) => key.pair({ code: pairing })],
    ['what asks', NOT_A_FUNCTION, (confirm) => key.pair({ code: '12345678', confirm })],
    ['a list of lists', ['x', null, [5], []], (uris) => key.relay(uris)],
    ['a store', [undefined, null, {}, 5], (wrong) => phoneWith({ store: wrong })],
    ['a radio', [undefined, null, {}, 5], (wrong) => phoneWith({ central: wrong })],
    ['a cloud', [null, {}, 5], (cloud) => phoneWith({ cloud })],
    ['a clock', [null, {}, 5], (clock) => phoneWith({ clock })],
    [
      'a clock without the time',
      [NaN, undefined],
      (now) => phoneWith({ clock: { now: () => now, after: () => () => undefined } }),
    ],
    ['a wall time', [NaN, undefined], (now) => phoneWith({ wallTime: () => now })],
    ['randomness', NOT_A_FUNCTION, (random) => phoneWith({ random })],
    ['a suite', [null, {}], (suite) => phoneWith({ suite })],
    ['a name', ['', 5, '\n', 'x'.repeat(33)], (name) => phoneWith({ name })],
    ['a form', ['car', 5], (formFactor) => phoneWith({ formFactor })],
    ['dialects', [[], {}, [5]], (dialects) => phoneWith({ dialects })],
    ['whom to share with', [undefined, 5, 'x'], (whom) => ring.share({ to: whom })],
    ['a role to share', ['owner', 'king', 5], (role) => ring.share({ to, role })],
    ['a time to share', [...NOT_A_NUMBER, -1, 1.5, 2 ** 32], (until) => ring.share({ to, until })],
    ['a beginning', [NaN, -1, 2 ** 32], (from) => ring.share({ to, from })],
    ['a number of uses', [...NOT_A_NUMBER, -1, 1.5, 256], (uses) => ring.share({ to, uses })],
    ['a lease', [NaN, -1, 256], (leaseHours) => ring.share({ to, leaseHours })],
    ['delegations', [NaN, -1, 4], (delegations) => ring.share({ to, delegations })],
    ['a grant', [undefined, 5, 'x'], (uri) => ring.accept(uri)],
    ['an account', [5, '', 'Bob'], (account) => ring.share({ to, account })],
    ['a mailbox', [undefined, 5, {}], (mailbox) => ring.sync(mailbox)],
    ['a key to revoke', [undefined, 5], (which) => ring.revoke(which)],
    ['a car to forget', [undefined, 5], (car) => ring.forget(car)],
  ]);

  it('a timeout before anything is sent', async () => {
    const { key: phone, host, endpoint } = await introduced();
    expect(await code(() => phone.unlock({ timeoutMs: NaN }))).toBe('usage.invalid');
    expect(host.executed).toEqual([]);
    await endpoint.stop();
  });
});

describe('phonekey/car and phonekey/sim refuse', () => {
  refusing([
    [
      'a host',
      [undefined, {}, Object.assign(new TestHost(), { name: 5 })],
      (host) => endpointWith({ host }),
    ],
    ['a radio', [undefined, {}, 5], (peripheral) => endpointWith({ peripheral })],
    ['dialects', [[], {}], (dialects) => endpointWith({ dialects })],
    ['a listener', NOT_A_FUNCTION, (onEvent) => endpointWith({ onEvent })],
    ['a private key', [new Uint8Array(31), 'x', null], (secret) => carIdentity(secret)],
    ['a name', [undefined, 5, '', 'x'.repeat(33)], (name) => carWith({ name })],
    ['a radio of a car', [undefined, {}], (peripheral) => carWith({ peripheral })],
    ['slots', [...NOT_A_NUMBER, 0, 25, 1.5], (slots) => carWith({ slots })],
    ['a clock', [{}, 5], (clock) => carWith({ clock })],
    ['a memory', ['paper', 5], (memory) => carWith({ memory })],
  ]);

  it('what nobody can do beside the car', async () => {
    const car = await carWith({});
    const { control } = car;
    const cases: readonly (() => Promise<unknown>)[] = [
      () => control.tap({} as never),
      () => control.tap({ reader: 'console', purpose: 'pair', role: 'king' } as never),
      () => control.open('window' as never),
      () => control.close(5 as never),
      () => control.pullHandle('trunk' as never),
      () => control.removeKey(NaN),
      () => control.removeKey(-1),
      () => control.addCard(5 as never),
      () => control.setTime(NaN),
      () => control.setTime(-1),
      () => control.advanceClock(NaN),
      () => control.advanceClock(-5),
    ];
    for (const work of cases) expect([String(work), await code(work)]).toContain('usage.invalid');
    await car.stop();
  });
});

const air = new VirtualAir({ seed: 'options' });
const airWith = (options: object): VirtualAir => new VirtualAir(options);

describe('phonekey/air and phonekey/air/sim refuse', () => {
  refusing([
    ['a pace', ['fast', 5], (pace) => airWith({ pace })],
    ['a seed', [5, null], (seed) => airWith({ seed })],
    ['a clock', [{}, 5], (clock) => new SimAir({ clock })],
    ['packets', [NaN, 0, 1.5], (packetsPerEvent) => airWith({ packetsPerEvent })],
    [
      'a path loss',
      [{}, 5, { lossAtOneMetre: NaN, exponent: 2 }],
      (pathLoss) => airWith({ pathLoss }),
    ],
    [
      'an exponent',
      [NaN, -1],
      (exponent) => airWith({ pathLoss: { lossAtOneMetre: 59, exponent } }),
    ],
    ['a sigma', [NaN, -1], (sigma) => airWith({ shadowing: { sigma, correlation: 5 } })],
    [
      'a correlation',
      [NaN, 0, -1],
      (correlation) => airWith({ shadowing: { sigma: 1, correlation } }),
    ],
    ['a loss', [NaN, -0.1, 1.1, '0.1'], (loss) => airWith({ faults: { loss } })],
    [
      'other faults',
      [
        { drop: NaN },
        { duplicate: 2 },
        { delay: { share: 1, ms: NaN } },
        { delay: 5 },
        { cut: 0 },
        { stall: { role: 3, after: 1 } },
        { mtu: 22 },
        { buffers: { length: 26, count: 1 } },
      ],
      (faults) => {
        air.faults = faults;
      },
    ],
    ['faults as a text', [undefined, 5], (faults) => parseFaults(faults)],
    ['a place', NOT_METRES, (x) => air.central({ position: { x, y: 0 } })],
    ['a place of a car', NOT_METRES, (y) => air.peripheral({ position: { x: 0, y } })],
    [
      'a place of a controller',
      [...NOT_METRES, undefined],
      (x) => air.controller({ position: { x, y: 0 } }),
    ],
    ['a power', NOT_METRES, (txPower) => air.controller({ txPower })],
    ['a power of a phone', NOT_METRES, (txPower) => air.central({ txPower })],
    ['a sensitivity', [NaN], (sensitivity) => air.peripheral({ sensitivity })],
    ['an MTU', [...NOT_A_NUMBER, 22, 518, 23.5], (mtu) => air.central({ mtu })],
    ['links', [...NOT_A_NUMBER, 0, -1, 1.5], (links) => air.peripheral({ links })],
    [
      'an interval',
      [...NOT_A_NUMBER, 19, 10_241],
      (advertisingIntervalMs) => air.peripheral({ advertisingIntervalMs }),
    ],
    [
      'a scan window',
      [{}, { intervalMs: NaN, windowMs: 10 }, { intervalMs: 10, windowMs: 20 }],
      (scan) => air.central({ scan }),
    ],
    [
      'a connection',
      [{ intervalMs: NaN }, { latency: -1 }, { timeoutMs: '4000' }],
      (connection) => air.central({ connection }),
    ],
    [
      'where to go',
      [...NOT_METRES, undefined],
      (x) => {
        air.central().moveTo(x, 0);
      },
    ],
    [
      'where to walk',
      [...NOT_METRES, undefined],
      (y) => {
        air.central().walkTo({ x: 0, y }, 1);
      },
    ],
    [
      'a speed',
      [...NOT_A_NUMBER, -1, 0, 1001, undefined],
      (speed) => {
        air.peripheral().walkTo({ x: 0, y: 0 }, speed);
      },
    ],
    [
      'a speed of a controller',
      [NaN, -1],
      (speed) => {
        air.controller().walkTo({ x: 0, y: 0 }, speed);
      },
    ],
    ['a label', [5, null], (label) => air.controller({ label })],
    [
      'buffers',
      [{}, { length: 0, count: 1 }, { length: 27, count: NaN }],
      (aclBuffers) => air.controller({ aclBuffers }),
    ],
    [
      'links of a controller',
      [NaN, -1, 256, 1.5],
      (peripheralLinks) => air.controller({ peripheralLinks }),
    ],
    ['an air to serve', [undefined, {}], (wrong) => serveH4({ air: wrong })],
    ['a port', [NaN, -1, 65_536, '80'], (port) => serveH4({ air, port })],
    ['an address', [5, '0.0.0.0'], (host) => serveH4({ air, host })],
    ['a path of a pty', [undefined, 5], (path) => servePty({ air, path })],
    ['a place in a hub', NOT_METRES, (x) => connectHub('/nowhere', { position: { x, y: 0 } })],
    ['a power in a hub', [NaN, 21, -41], (txPower) => connectHub('/nowhere', { txPower })],
    [
      'links in a hub',
      [NaN, 0, 256],
      (peripheralLinks) => connectHub('/nowhere', { peripheralLinks }),
    ],
    [
      'settings',
      [{ pace: 'fast' }, { seed: ' ' }, { faults: 5 }],
      (settings) => connectOrStartHub('/nowhere', {}, settings),
    ],
    ['a controller', [undefined, {}], (transport) => loadNoble(transport)],
  ]);

  it('two hosts on one controller, whichever they are', async () => {
    type Controller = ReturnType<typeof air.controller>;
    type Host = { close(): unknown };
    const hosts: readonly ((controller: Controller) => Host | Promise<Host>)[] = [
      loadNoble,
      loadBleno,
      (controller) => openHciPeripheral({ load: async () => controller, clock: systemClock }),
    ];
    for (const first of hosts) {
      for (const second of hosts) {
        const controller = air.controller();
        const host = await first(controller);
        expect(await code(() => second(controller))).toBe('usage.invalid');
        await host.close();
      }
    }
  });
});

describe('phonekey/radio and phonekey/testing refuse', () => {
  const load = async (): Promise<never> => {
    throw new Error('was loaded');
  };
  refusing([
    ['a timeout', NOT_MS, (timeoutMs) => openNobleCentral({ load, clock: systemClock, timeoutMs })],
    [
      'a way to load',
      [undefined, 5],
      (wrong) => openNobleCentral({ load: wrong, clock: systemClock }),
    ],
    ['a clock', [undefined, {}], (clock) => openNobleCentral({ load, clock })],
    ['links', [NaN, 0, 1.5], (links) => openHciPeripheral({ load, clock: systemClock, links })],
    ['an MTU', [NaN, 22, 518], (mtu) => openHciPeripheral({ load, clock: systemClock, mtu })],
    ['an MTU in memory', [NaN, 22, 518, '23'], (mtu) => new MemoryRadio({ mtu })],
    ['an MTU of a pair', [NaN, 22], (mtu) => memoryLinkPair({ mtu })],
    ['a time to pass', [...NOT_MS, undefined], (ms) => new SimClock().advance(ms)],
    ['a seed', [undefined, 5], (seed) => seededRandom(seed)],
    ['how many bytes', [NaN, -1, 1.5], (length) => seededRandom('x')(length)],
  ]);
});

import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { VirtualAir } from '../../../air/index.js';
import type { ControllerOptions } from '../../../air/index.js';
import { hubHandlers } from '../../../air/hub/hub-server.js';
import { HubOperations } from '../../../air/hub/hub-operations.js';
import { Places } from '../../../air/hub/places.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { perform as performOf } from '../../../local/rpc/server.js';
import { LeSetRandomAddress } from '../../../lib/hci/commands/addresses.js';
import { settle, TestHost } from './test-host.js';

let clock: SimClock;
let air: VirtualAir;
let places: Places;
let operations: HubOperations;

beforeEach(() => {
  clock = new SimClock();
  air = new VirtualAir({ seed: 'hub', clock });
  places = new Places(clock);
  operations = new HubOperations(air, clock, places, {
    seed: 'hub',
    pace: 'instant',
    faults: null,
  });
});

const join = (label: string, x = 0, options: ControllerOptions = {}) =>
  air.controller({ label, position: { x, y: 0 }, ...options });

const perform = (request: Record<string, unknown>): unknown =>
  performOf(hubHandlers(air, operations, clock), request);

const move = (args: object) => perform({ op: 'move', ...args });

describe('info and list', () => {
  it('tell the settings and what is there', () => {
    const car = join('car', 0, { txPower: 4 });
    join('phone', 1.23456);
    expect(perform({ op: 'info' })).toEqual({
      seed: 'hub',
      pace: 'instant',
      faults: null,
      devices: 2,
    });
    const { devices, absent } = operations.list();
    expect(devices).toEqual([
      {
        index: 0,
        label: 'car',
        address: car.address,
        advertised: { name: null, addresses: [] },
        position: { x: 0, y: 0 },
        walk: null,
        txPower: 4,
        advertising: false,
        scanning: false,
        initiating: false,
        links: [],
      },
      expect.objectContaining({ index: 1, label: 'phone', position: { x: 1.235, y: 0 } }),
    ]);
    expect(absent).toEqual([]);
  });

  it('tell who advertises, scans and is linked to whom, how strongly', async () => {
    const car = new TestHost(join('car'));
    const phone = new TestHost(join('phone', 1));
    await car.enableEvents();
    await phone.enableEvents();
    await car.advertise();
    phone.scan(true);
    expect(operations.list().devices).toMatchObject([
      { advertising: true, scanning: false },
      { advertising: false, scanning: true },
    ]);
    phone.connect(car.controller);
    expect(operations.list().devices[1]).toMatchObject({ initiating: true, links: [] });
    for (let turn = 0; turn < 5; turn++) await clock.advance(200);
    await settle();
    expect(operations.list().devices).toMatchObject([
      {
        advertising: false,
        links: [{ role: 'peripheral', peer: 1, address: phone.controller.address, rssi: -59 }],
      },
      {
        initiating: false,
        links: [{ role: 'central', peer: 0, address: car.controller.address, rssi: -59 }],
      },
    ]);
  });

  it('tell of a walk whither, how fast and how long it takes', async () => {
    join('phone', 10);
    move({ who: 'phone', to: { x: 0, y: 0 }, speed: 1.5 });
    await clock.advance(1000);
    expect(operations.list().devices[0]).toMatchObject({
      position: { x: 8.5, y: 0 },
      walk: { to: { x: 0, y: 0 }, speed: 1.5, secondsLeft: 5.7 },
    });
    await clock.advance(5600);
    expect(operations.list().devices[0]?.walk).toMatchObject({ secondsLeft: 0.1 });
    await clock.advance(100);
    expect(operations.list().devices[0]).toMatchObject({ position: { x: 0, y: 0 }, walk: null });
  });
});

describe('move', () => {
  it('moves at once by label or by address in any case', () => {
    const phone = join('phone', 3);
    expect(move({ who: 'phone', to: { x: 1, y: -1.5 } })).toEqual({
      label: 'phone',
      address: phone.address,
      from: { x: 3, y: 0 },
      to: { x: 1, y: -1.5 },
      seconds: 0,
    });
    expect(phone.position).toEqual({ x: 1, y: -1.5 });
    move({ who: phone.address.toUpperCase(), to: { x: 7, y: 0 } });
    expect(phone.position).toEqual({ x: 7, y: 0 });
  });

  it('says how long a walk takes', () => {
    join('phone', 3);
    expect(move({ who: 'phone', to: { x: 0, y: 4 }, speed: 2 })).toMatchObject({ seconds: 2.5 });
    expect(move({ who: 'phone', to: { x: 3, y: 0 }, speed: 2 })).toMatchObject({ seconds: 0 });
  });

  it('is remembered by label, not by address', () => {
    const phone = join('phone');
    move({ who: phone.address, to: { x: 5, y: 0 } });
    expect(places.remembered.size).toBe(0);
    move({ who: 'phone', to: { x: 6, y: 0 }, speed: 1 });
    expect(places.remembered.get('phone')).toMatchObject({ from: { x: 5, y: 0 }, speed: 1 });
    expect(operations.list().absent).toEqual([]);
    phone.close();
    expect(operations.list().absent).toMatchObject([
      { label: 'phone', position: { x: 5, y: 0 }, walk: { to: { x: 6, y: 0 } } },
    ]);
  });

  it('takes note of where one that never was there will be, where that is asked for', () => {
    expect(move({ who: 'phone', to: { x: 30, y: 0 }, beforehand: true })).toEqual({
      label: 'phone',
      address: null,
      from: null,
      to: { x: 30, y: 0 },
      seconds: 0,
    });
    expect(move({ who: 'phone', to: { x: 0, y: 0 }, speed: 3 })).toMatchObject({
      address: null,
      from: { x: 30, y: 0 },
      seconds: 10,
    });
  });

  it('finds a foreign host by what it advertises, and by its random address', async () => {
    const lock = new TestHost(join('h4', 1));
    const other = new TestHost(join('h4', 2));
    lock.command(LeSetRandomAddress, { address: Uint8Array.of(1, 0, 0, 0, 0, 0xc0) });
    await lock.advertise('020106', '05096c6f636b');
    await other.advertise();
    expect(operations.list().devices.map(({ advertised }) => advertised)).toEqual([
      { name: 'lock', addresses: ['c0:00:00:00:00:01'] },
      { name: 'car', addresses: [] },
    ]);
    move({ who: 'lock', to: { x: 5, y: 0 } });
    expect(lock.controller.position.x).toBe(5);
    move({ who: 'C0:00:00:00:00:01', to: { x: 6, y: 0 } });
    expect(lock.controller.position.x).toBe(6);
    expect(places.remembered.size).toBe(0);
    other.controller.close();
    expect(move({ who: 'h4', to: { x: 7, y: 0 } })).toMatchObject({ from: { x: 6, y: 0 } });
    expect(() => move({ who: 'nosuch', to: { x: 0, y: 0 } })).toThrow(
      expect.objectContaining({
        code: 'usage.invalid',
        message: 'nothing on the air is called nosuch',
        hint: 'On it: h4 (lock).',
      }),
    );
  });

  it('says which it may be when there are several, and moves none', () => {
    const [one, two] = [join('phone', 1), join('phone', 2)];
    expect(() => move({ who: 'phone', to: { x: 9, y: 9 } })).toThrow(
      expect.objectContaining({
        code: 'usage.invalid',
        hint: expect.stringContaining(`${one.address}, ${two.address}`),
      }),
    );
    expect([one.position.x, two.position.x]).toEqual([1, 2]);
    move({ who: two.address, to: { x: 9, y: 9 } });
    expect([one.position.x, two.position.x]).toEqual([1, 9]);
  });

  it.each([
    ['an address that nobody has', { who: '00:00:00:00:00:00', to: { x: 0, y: 0 } }],
    ['a walk from nowhere', { who: 'nobody', to: { x: 0, y: 0 }, speed: 1 }],
    ['nobody', { who: '', to: { x: 0, y: 0 } }],
    ['who is no text', { who: 1, to: { x: 0, y: 0 } }],
    ['a name that is too long', { who: 'é'.repeat(125), to: { x: 0, y: 0 } }],
    ['a name that is only known of', { who: 'bike', to: { x: 0, y: 0 } }],
    [
      'a walk of what was never there',
      { who: 'a', to: { x: 0, y: 0 }, speed: 1, beforehand: true },
    ],
    ['no place', { who: 'phone' }],
    ['half a place', { who: 'phone', to: { x: 0 } }],
    ['more than a place', { who: 'phone', to: { x: 0, y: 0, z: 0 } }],
    ['a place as text', { who: 'phone', to: { x: '0', y: 0 } }],
    ['a place as a list', { who: 'phone', to: [0, 0] }],
    ['an infinite place', { who: 'phone', to: { x: Infinity, y: 0 } }],
    ['a place that is too far', { who: 'phone', to: { x: 0, y: -3e7 } }],
    ['standing still', { who: 'phone', to: { x: 0, y: 0 }, speed: 0 }],
    ['walking backwards', { who: 'phone', to: { x: 0, y: 0 }, speed: -1 }],
    ['too fast', { who: 'phone', to: { x: 0, y: 0 }, speed: 1001 }],
    ['no speed', { who: 'phone', to: { x: 0, y: 0 }, speed: null }],
    ['what means nothing', { who: 'phone', to: { x: 0, y: 0 }, sped: 1 }],
  ])('refuses %s', (_what, args) => {
    const phone = join('phone', 1);
    expect(() => move(args)).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
    expect(phone.position).toEqual({ x: 1, y: 0 });
    expect(places.remembered.size).toBe(0);
  });
});

describe('requests', () => {
  it.each([[{}], [{ op: 'fly' }], [{ op: null }], [{ op: 'tap' }], [{ op: 'info', x: 1 }]])(
    'refuses %j',
    (request) => {
      expect(() => perform(request)).toThrow(PhoneKeyError);
    },
  );

  it('of any kind are done or refused, and what is there stays sound', () => {
    const phone = join('phone');
    const who = fc.oneof(fc.constantFrom('phone', phone.address), fc.string(), fc.anything());
    const request = fc.oneof(
      fc.dictionary(fc.string(), fc.anything()),
      fc.record(
        {
          op: fc.oneof(fc.constantFrom('info', 'list', 'move'), fc.anything()),
          who,
          to: fc.oneof(fc.record({ x: fc.double(), y: fc.double() }), fc.anything()),
          speed: fc.oneof(fc.double(), fc.anything()),
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(request, (value) => {
        try {
          perform(value);
        } catch (error) {
          expect(error).toMatchObject({ code: 'usage.invalid' });
        }
        const { x, y } = phone.position;
        expect([Number.isFinite(x), Number.isFinite(y)]).toEqual([true, true]);
      }),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import { volatileMemory } from '../../../firmware-sim/memory/memory.js';
import type { Memory } from '../../../firmware-sim/memory/memory.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import type { Role } from '../../../lib/domain/roles.js';
import { toHex } from '../../../lib/platform/bytes.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { commandOf, outcomeOf, phoneIdentity, rig, WALL_TIME } from './rig.js';

const pairTap = { reader: 'console', purpose: 'pair' } as const;
const driveTap = { reader: 'console', purpose: 'drive' } as const;

/** A memory whose commits wait for `release`, or fail. */
const slowMemory = () => {
  const inner = volatileMemory();
  let gate: Promise<void> = Promise.resolve();
  let open = (): void => undefined;
  let failing = false;
  const memory: Memory = {
    load: () => inner.load(),
    async commit(record) {
      await gate;
      if (failing) throw new PhoneKeyError('sim.storage', 'disk full');
      await inner.commit(record);
    },
  };
  return {
    memory,
    hold: () => {
      gate = new Promise((resolve) => {
        open = resolve;
      });
    },
    release: () => {
      open();
    },
    fail: (value: boolean) => {
      failing = value;
    },
  };
};

describe('the key card', () => {
  it('on the pillar toggles the lock', async () => {
    const { car, events } = await rig();
    expect(car.tap({ reader: 'pillar' })).toBeUndefined();
    expect(car.status().locked).toBe(false);
    expect(car.tap({ reader: 'pillar' })).toBeUndefined();
    expect(car.status().locked).toBe(true);
    expect(events).toMatchObject([
      { type: 'card-tapped', reader: 'pillar', purpose: 'lock', at: 0, time: WALL_TIME },
      { type: 'unlocked', by: 'card' },
      { type: 'card-tapped' },
      { type: 'locked', by: 'card' },
    ]);
  });

  it('on the pillar locks no open door', async () => {
    const { car } = await rig();
    car.tap({ reader: 'pillar' });
    car.pullHandle('front-left');
    expect(car.tap({ reader: 'pillar' })).toBe('door-open');
    expect(car.status().locked).toBe(false);
  });

  it('for driving never opens pairing, and for pairing never authorises driving', async () => {
    const { car, seen } = await rig();
    car.tap(driveTap);
    expect(car.status()).toMatchObject({ driveSecondsLeft: 120, pairing: 'idle' });
    expect(car.pairing.window()).toBeUndefined();
    expect(seen()).toEqual(['card-tapped', 'drive-authorised']);
    const other = await rig();
    other.car.tap(pairTap);
    expect(other.car.status()).toMatchObject({ driveSecondsLeft: 0, pairing: 'pairing' });
    expect(other.car.status().locked).toBe(true);
    expect(other.seen()).toEqual(['card-tapped', 'pairing-opened']);
  });
});

describe('events', () => {
  it('do not stop the car when their listener fails', async () => {
    const { car, events } = await rig();
    events.push = () => {
      throw new Error('listener');
    };
    expect(car.tap({ reader: 'pillar' })).toBeUndefined();
    expect(car.status().locked).toBe(false);
  });
});

describe('handles', () => {
  it('do nothing on a locked car, and open the door of an unlocked one', async () => {
    const { car, seen } = await rig();
    expect(car.pullHandle('rear-left')).toBe('locked');
    expect(car.status().open).toEqual([]);
    car.tap({ reader: 'pillar' });
    expect(car.pullHandle('rear-left')).toBeUndefined();
    expect(car.status().open).toEqual(['rear-left']);
    expect(seen()).toEqual(['handle-refused', 'card-tapped', 'unlocked', 'door-opened']);
  });
});

describe('execute', () => {
  it('refuses a key that is not enrolled, and touches nothing', async () => {
    const { car, enrol, seen } = await rig();
    const key = await enrol(1);
    seen();
    const stranger = { ...key, publicKey: phoneIdentity(9).publicKey };
    for (const name of ['unlock', 'start', 'trunk', 'status', 'listKeys', 'removeKey'] as const) {
      expect(outcomeOf(await car.execute(commandOf(name), stranger))).toBe('not-permitted');
    }
    expect(car.status()).toMatchObject({ locked: true, open: [], driveSecondsLeft: 0 });
    expect(new Set(seen())).toEqual(new Set(['command-refused']));
  });

  it('goes by the role that the key has now', async () => {
    const { car, enrol } = await rig();
    await enrol(1);
    const driver = await enrol(2);
    expect(outcomeOf(await car.execute(commandOf('listKeys'), driver))).toBe('not-permitted');
    await enrol(2, 'owner');
    expect(outcomeOf(await car.execute(commandOf('listKeys'), driver))).toBe('keys');
  });
});

describe('pairing', () => {
  it('shows the code on the screen and nowhere else', async () => {
    const { car, clock, events } = await rig();
    expect(car.pairing.screen()).toEqual({ state: 'idle' });
    car.tap({ ...pairTap, role: 'owner' });
    await clock.advance(1_500);
    const screen = car.pairing.screen();
    if (screen.state !== 'pairing') throw new Error('no code');
    expect(screen).toMatchObject({ secondsLeft: 119, triesLeft: 3, role: 'owner' });
    expect(screen.code).toMatch(/^\d{8}$/);
    expect(JSON.stringify([events, car.status()])).not.toContain(screen.code);
    expect(car.pairing.window()?.code).toBe(screen.code);
  });

  it('closes after 120 s by itself', async () => {
    const { car, clock, seen, pairingChanges } = await rig();
    car.tap(pairTap);
    await clock.advance(120_000);
    expect(car.pairing.screen()).toEqual({ state: 'idle' });
    expect(seen().at(-1)).toBe('pairing-closed');
    expect(pairingChanges()).toBe(2);
    expect(clock.pending).toBe(0);
  });

  it('shows that the first key will be an owner, whatever the tap asked for', async () => {
    const { car, enrol } = await rig();
    car.tap({ reader: 'console', purpose: 'pair', role: 'driver' });
    expect(car.pairing.screen()).toMatchObject({ role: 'owner' });
    expect(await enrol(1, 'driver')).toMatchObject({ role: 'owner' });
    car.tap({ reader: 'console', purpose: 'pair', role: 'driver' });
    expect(car.pairing.screen()).toMatchObject({ role: 'driver' });
  });

  it('gives a second window a new code, and the first one no further try', async () => {
    const { car } = await rig();
    car.tap(pairTap);
    const [first, code] = [car.pairing.window(), car.pairing.screen()];
    car.tap(pairTap);
    expect(car.pairing.screen()).not.toEqual(code);
    if (first === undefined) throw new Error('closed');
    expect(car.pairing.window()).not.toBe(first);
    expect(await car.pairing.countTry(first)).toBe(false);
    expect(await car.pairing.enrol(first, phoneIdentity(1))).toBe('closed');
    expect(car.keys()).toEqual([]);
  });

  it('enrols nobody who knew only the code of the window before', async () => {
    const { car } = await rig();
    car.tap(pairTap);
    const first = car.pairing.window();
    if (first === undefined || !(await car.pairing.countTry(first))) throw new Error('closed');
    car.tap(pairTap);
    const second = car.pairing.window();
    // Somebody else tries the new code: the second window alone would enrol.
    if (second === undefined || !(await car.pairing.countTry(second))) throw new Error('closed');
    expect(await car.pairing.enrol(first, phoneIdentity(1))).toBe('closed');
    expect(car.keys()).toEqual([]);
    expect(await car.pairing.enrol(second, phoneIdentity(2))).toMatchObject({ slot: 0 });
  });

  it('answers a try only once it is in the memory', async () => {
    const { memory, hold, release } = slowMemory();
    const { car, store } = await rig({ memory });
    car.tap(pairTap);
    const window = car.pairing.window();
    if (window === undefined) throw new Error('closed');
    hold();
    let answered = false;
    const counted = car.pairing.countTry(window).then((allowed) => {
      answered = true;
      return allowed;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    expect(store.record.pairingTries).toBe(0);
    release();
    expect(await counted).toBe(true);
    expect((await memory.load())?.pairingTries).toBe(1);
  });

  it('shares three tries among parallel links', async () => {
    const { car, store } = await rig();
    car.tap(pairTap);
    const window = car.pairing.window();
    if (window === undefined) throw new Error('closed');
    const tries = await Promise.all([1, 2, 3, 4, 5].map(() => car.pairing.countTry(window)));
    expect(tries).toEqual([true, true, true, false, false]);
    expect(car.pairing.window()).toBeUndefined();
    expect(car.pairing.screen()).toEqual({ state: 'checking' });
    expect(store.record.pairingTries).toBe(3);
  });

  it('lets the third try succeed', async () => {
    const { car, seen } = await rig();
    car.tap(pairTap);
    const window = car.pairing.window();
    if (window === undefined) throw new Error('closed');
    for (let n = 0; n < 3; n++) await car.pairing.countTry(window);
    expect(await car.pairing.enrol(window, phoneIdentity(1))).toMatchObject({ slot: 0 });
    expect(seen().slice(-2)).toEqual(['key-added', 'pairing-closed']);
  });

  it('gives back a try that cannot be written: it is not answered', async () => {
    const { memory, fail } = slowMemory();
    const { car } = await rig({ memory });
    car.tap(pairTap);
    const window = car.pairing.window();
    if (window === undefined) throw new Error('closed');
    fail(true);
    await expect(car.pairing.countTry(window)).rejects.toMatchObject({ code: 'sim.storage' });
    expect(car.pairing.screen()).toMatchObject({ triesLeft: 3 });
  });

  it('enrols nobody when the key cannot be written', async () => {
    const { memory, fail } = slowMemory();
    const { car, events } = await rig({ memory });
    car.tap(pairTap);
    const window = car.pairing.window();
    if (window === undefined) throw new Error('closed');
    await car.pairing.countTry(window);
    fail(true);
    await expect(car.pairing.enrol(window, phoneIdentity(1))).rejects.toMatchObject({
      code: 'sim.storage',
    });
    expect(car.keys()).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: 'pairing-closed', reason: 'fault' });
  });

  it('says a try that the window did not outlive was too late', async () => {
    const { memory, hold, release } = slowMemory();
    const { car, clock } = await rig({ memory });
    car.tap(pairTap);
    const window = car.pairing.window();
    if (window === undefined) throw new Error('closed');
    hold();
    const counted = car.pairing.countTry(window);
    await clock.advance(120_000);
    release();
    expect(await counted).toBe(false);
  });

  it('refuses a phone when every slot is taken, and keeps the window', async () => {
    const { car, enrol } = await rig({ slots: 1 });
    await enrol(1);
    car.tap({ ...pairTap, role: 'owner' });
    const window = car.pairing.window();
    if (window === undefined) throw new Error('closed');
    expect(window).toMatchObject({ role: 'owner' });
    await car.pairing.countTry(window);
    expect(await car.pairing.enrol(window, phoneIdentity(2))).toBe('slots-full');
    expect(car.pairing.window()).toBe(window);
    const other = { ...phoneIdentity(1), signingKey: new Uint8Array(32).fill(1) };
    expect(await car.pairing.enrol(window, other)).toBe('key-mismatch');
    expect(car.pairing.window()).toBe(window);
    expect(await car.pairing.enrol(window, phoneIdentity(1))).toMatchObject({ slot: 0 });
  });

  it('refuses to make less of the last owner, and keeps the window', async () => {
    const { car, enrol, seen, removed } = await rig();
    await enrol(1);
    car.tap({ ...pairTap, role: 'valet' });
    const window = car.pairing.window();
    if (window === undefined) throw new Error('closed');
    await car.pairing.countTry(window);
    seen();
    expect(await car.pairing.enrol(window, phoneIdentity(1))).toBe('last-owner');
    expect([car.pairing.window(), seen(), removed]).toEqual([window, [], []]);
    expect(car.keys()).toMatchObject([{ role: 'owner' }]);
  });

  it('tells the phone what it became and was, the epoch and the time', async () => {
    const { car, enrol } = await rig();
    const owner = await enrol(1);
    await car.execute(commandOf('raiseEpoch'), owner);
    const pairs = async (id: number, role: Role) => {
      car.tap({ ...pairTap, role });
      const window = car.pairing.window();
      if (window === undefined || !(await car.pairing.countTry(window))) throw new Error('closed');
      return car.pairing.enrol(window, phoneIdentity(id));
    };
    const time = Date.parse(WALL_TIME) / 1000;
    const told = { slot: 1, epoch: 1, time, mark: 0, floor: 0 };
    expect(await pairs(2, 'owner')).toEqual({ ...told, role: 'owner' });
    await car.loseClock();
    expect(await pairs(2, 'guest')).toEqual({
      ...told,
      role: 'guest',
      formerRole: 'owner',
      time: 0,
    });
  });

  it('drops what a key had that becomes less, and not what one had that becomes more', async () => {
    const { car, enrol, events, removed } = await rig();
    await enrol(1);
    const { publicKey } = phoneIdentity(2);
    const driver = await enrol(2, 'driver');
    expect(events.at(-2)).toMatchObject({ type: 'key-added', replaced: false });
    await car.execute(commandOf('start'), driver);
    await enrol(2, 'owner');
    expect([removed, car.status().driveSecondsLeft]).toEqual([[], 120]);
    events.length = 0;
    await enrol(2, 'valet');
    expect([removed, car.status().driveSecondsLeft]).toEqual([[publicKey], 0]);
    expect(events.slice(-3)).toMatchObject([
      { type: 'key-added', replaced: true, key: { slot: 1, role: 'valet' } },
      { type: 'drive-ended', reason: 'key-removed' },
      { type: 'pairing-closed', reason: 'paired' },
    ]);
  });
});

describe('memory', () => {
  it('keeps identity, keys and tries, but not an open window or an open lock', async () => {
    const memory = volatileMemory();
    const clock = new SimClock();
    const before = await rig({ memory, clock });
    await before.enrol(1);
    before.car.tap({ reader: 'pillar' });
    before.car.tap(pairTap);
    before.car.stop();
    expect(clock.pending).toBe(0);
    const { car } = await rig({ memory, clock });
    expect(toHex(car.identity.publicKey)).toBe(toHex(before.car.identity.publicKey));
    expect(car.status()).toMatchObject({
      locked: true,
      pairing: 'idle',
      pairingTries: 1,
      keys: [{ name: 'phone 1', role: 'owner' }],
    });
  });
});

describe('reset', () => {
  it('forgets every key and takes a new identity', async () => {
    const { car, enrol, store, events } = await rig();
    const key = await enrol(1);
    await car.execute(commandOf('start'), key);
    car.tap(pairTap);
    const before = car.status();
    expect(await car.reset()).toBeUndefined();
    const after = car.status();
    expect(after).toMatchObject({
      keys: [],
      driveSecondsLeft: 0,
      pairing: 'idle',
      pairingTries: 1,
    });
    expect(after.fingerprint).not.toBe(before.fingerprint);
    expect(toHex(store.record.privateKey)).toBe(toHex(car.identity.privateKey));
    expect(events.at(-1)).toMatchObject({ type: 'factory-reset', fingerprint: after.fingerprint });
    expect(outcomeOf(await car.execute(commandOf('unlock'), key))).toBe('not-permitted');
  });

  it('changes nothing when it cannot be written, or on the road', async () => {
    const { memory, fail } = slowMemory();
    const { car, enrol } = await rig({ memory });
    await enrol(1);
    const before = car.status();
    fail(true);
    await expect(car.reset()).rejects.toMatchObject({ code: 'sim.storage' });
    expect(car.status()).toEqual(before);
    fail(false);
    car.tap(driveTap);
    car.hand({ type: 'drive' });
    expect(await car.reset()).toBe('driving');
    expect(car.keys()).toHaveLength(1);
  });
});

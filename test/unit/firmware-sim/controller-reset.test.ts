import { describe, expect, it } from '@jest/globals';
import { volatileMemory } from '../../../firmware-sim/memory/memory.js';
import type { Memory } from '../../../firmware-sim/memory/memory.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import { toHex } from '../../../lib/platform/bytes.js';
import { person } from '../credentials/sample.js';
import { ADA, BOB, town } from './sharing-rig.js';
import { commandOf, outcomeOf, rig } from './rig.js';

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

  it('tells of the guests of an owner that was made less, and drops them', async () => {
    const { pair, attempt, grant, seen, removed, car } = await town();
    await pair(person(7), 'owner');
    expect(await attempt(BOB, 'start', grant(BOB))).toBe('done');
    seen();
    removed.length = 0;
    expect(await pair(ADA.person, 'valet')).toMatchObject({ slot: 0, role: 'valet' });
    expect(seen()).toEqual([
      'card-tapped',
      'pairing-opened',
      'pairing-try',
      'key-added',
      'key-removed',
      'drive-ended',
      'pairing-closed',
    ]);
    expect(removed).toEqual([ADA.person.publicKey, BOB.publicKey]);
    expect(car.keys()).toHaveLength(2);
  });
});

import { describe, expect, it } from '@jest/globals';
import { MAX_CAR_SLOTS, placeKey } from '../../../firmware-sim/key-slots.js';
import type { KeySlot } from '../../../lib/credentials/key-slot.js';
import { MOST_NAME_BYTES } from '../../../lib/domain/names.js';
import type { KeyEntry } from '../../../lib/domain/outcomes.js';
import type { Role } from '../../../lib/domain/roles.js';
import { encodeFromCar, LENGTH } from '../../../lib/native/codec.js';
import { encodeResult } from '../../../lib/native/commands.js';
import { MAX_MESSAGE_BYTES } from '../../../lib/native/profile.js';
import { phoneIdentity } from './rig.js';

const add = (
  keys: readonly KeySlot[],
  id: number,
  role: Role = 'driver',
  slots = 3,
): readonly KeySlot[] => {
  const placed = placeKey(keys, phoneIdentity(id), role, slots, 7);
  if (placed === undefined) throw new Error('no slot');
  return placed.keys;
};

const outline = (keys: readonly KeySlot[]): (readonly [number, string, Role])[] =>
  keys.map(({ slot, name, role }) => [slot, name, role]);

describe('placeKey', () => {
  it('makes the first key the owner whatever was asked, and later ones what was asked', () => {
    const keys = add(add(add([], 1), 2), 3, 'owner');
    expect(outline(keys)).toEqual([
      [0, 'phone 1', 'owner'],
      [1, 'phone 2', 'driver'],
      [2, 'phone 3', 'owner'],
    ]);
    expect(placeKey(keys, phoneIdentity(4), 'driver', 3, 7)).toBeUndefined();
  });

  it('makes an owner of the next key where none is left, and says what it replaced', () => {
    const driver = add([], 1).map((key) => ({ ...key, role: 'driver' as const }));
    const placed = placeKey(driver, phoneIdentity(2), 'driver', 3, 7);
    expect(placed).toMatchObject({ key: { slot: 1, role: 'owner' }, replaced: false });
    expect(placeKey(driver, phoneIdentity(1), 'driver', 3, 7)).toMatchObject({ replaced: true });
  });

  it('takes keys for the same only when all of their bytes are', () => {
    const keys = add([], 1);
    const nearly = phoneIdentity(1).publicKey.map((byte, i) => (i === 0 ? byte ^ 1 : byte));
    for (const publicKey of [nearly, new Uint8Array([...phoneIdentity(1).publicKey, 1])]) {
      const placed = placeKey(keys, { ...phoneIdentity(1), publicKey }, 'driver', 3, 7);
      expect(placed).toMatchObject({ key: { slot: 1 }, replaced: false });
    }
  });

  it('keeps what kind of thing it is', () => {
    const watch = { ...phoneIdentity(2), formFactor: 'watch' as const };
    expect(placeKey(add([], 1), watch, 'driver', 3, 7)?.key.formFactor).toBe('watch');
    expect(placeKey(add([], 1), phoneIdentity(2), 'driver', 3, 7)?.key.formFactor).toBeUndefined();
  });

  it('fills the lowest gap', () => {
    const keys = add(add(add([], 1), 2), 3).filter(({ slot }) => slot !== 1);
    expect(outline(add(keys, 4)).map(([slot, name]) => `${String(slot)} ${name}`)).toEqual([
      '0 phone 1',
      '1 phone 4',
      '2 phone 3',
    ]);
  });

  it('uses the slot of the same public key again, even when all are taken', () => {
    const keys = add(add(add([], 1), 2), 3);
    const placed = placeKey(keys, { ...phoneIdentity(2), name: 'renamed' }, 'owner', 3, 7);
    expect(placed).toMatchObject({
      replaced: true,
      key: { slot: 1, name: 'renamed', role: 'owner' },
    });
    expect(placed?.keys).toHaveLength(3);
  });

  it('never makes an owner a driver by pairing again', () => {
    expect(outline(add(add([], 1), 1, 'driver'))).toEqual([[0, 'phone 1', 'owner']]);
  });
});

describe('MAX_CAR_SLOTS', () => {
  it('is how many of the longest names one message can tell', () => {
    const keys = Array.from({ length: MAX_CAR_SLOTS }, (_, slot): KeyEntry => ({
      slot,
      name: 'x'.repeat(MOST_NAME_BYTES),
      formFactor: 'unknown',
      role: 'driver',
      fingerprint: '00'.repeat(8),
      own: true,
      suspended: false,
      notAfter: null,
      usesLeft: null,
      grantedBy: null,
    }));
    const outcome = { type: 'keys', keys } as const;
    const list = encodeResult({ outcome, clockLost: false, epoch: 0 });
    const value = new Uint8Array(list.length + LENGTH.aeadTag);
    expect(encodeFromCar({ case: 'sealed', value }).length).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
  });
});

import { describe, expect, it } from '@jest/globals';
import { result } from '../../../firmware-sim/answers.js';
import { MAX_CAR_SLOTS, placeKey } from '../../../firmware-sim/key-slots.js';
import type { KeySlot } from '../../../lib/credentials/key-slot.js';
import { Role } from '../../../lib/credentials/roles.js';
import { encodeFromCar, encodeResult, LENGTH } from '../../../lib/native/codec.js';
import { MAX_MESSAGE_BYTES } from '../../../lib/native/profile.js';
import { FormFactor } from '../../../lib/native/schema/gen/phonekey_pb.js';
import { phoneIdentity } from './rig.js';

const { OWNER, DRIVER } = Role;

const add = (
  keys: readonly KeySlot[],
  id: number,
  role = DRIVER,
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
    const keys = add(add(add([], 1), 2), 3, OWNER);
    expect(outline(keys)).toEqual([
      [0, 'phone 1', OWNER],
      [1, 'phone 2', DRIVER],
      [2, 'phone 3', OWNER],
    ]);
    expect(placeKey(keys, phoneIdentity(4), DRIVER, 3, 7)).toBeUndefined();
  });

  it('makes an owner of the next key where none is left, and says what it replaced', () => {
    const driver = add([], 1).map((key) => ({ ...key, role: DRIVER }));
    const placed = placeKey(driver, phoneIdentity(2), DRIVER, 3, 7);
    expect(placed).toMatchObject({ key: { slot: 1, role: OWNER }, replaced: false });
    expect(placeKey(driver, phoneIdentity(1), DRIVER, 3, 7)).toMatchObject({ replaced: true });
  });

  it('takes keys for the same only when all of their bytes are', () => {
    const keys = add([], 1);
    const nearly = phoneIdentity(1).publicKey.map((byte, i) => (i === 0 ? byte ^ 1 : byte));
    for (const publicKey of [nearly, new Uint8Array([...phoneIdentity(1).publicKey, 1])]) {
      const placed = placeKey(keys, { ...phoneIdentity(1), publicKey }, DRIVER, 3, 7);
      expect(placed).toMatchObject({ key: { slot: 1 }, replaced: false });
    }
  });

  it('keeps what kind of thing it is', () => {
    const watch = { ...phoneIdentity(2), formFactor: FormFactor.WATCH };
    expect(placeKey(add([], 1), watch, DRIVER, 3, 7)?.key.formFactor).toBe(FormFactor.WATCH);
    const later = { ...watch, formFactor: 200 as unknown as FormFactor };
    expect(placeKey(add([], 1), later, DRIVER, 3, 7)?.key.formFactor).toBe(FormFactor.UNSPECIFIED);
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
    const placed = placeKey(keys, { ...phoneIdentity(2), name: 'renamed' }, OWNER, 3, 7);
    expect(placed).toMatchObject({
      replaced: true,
      key: { slot: 1, name: 'renamed', role: OWNER },
    });
    expect(placed?.keys).toHaveLength(3);
  });

  it('never makes an owner a driver by pairing again', () => {
    expect(outline(add(add([], 1), 1, DRIVER))).toEqual([[0, 'phone 1', OWNER]]);
  });
});

describe('MAX_CAR_SLOTS', () => {
  it('is how many of the longest names one message can tell', () => {
    const keys = Array.from({ length: MAX_CAR_SLOTS }, (_, slot) => ({
      slot,
      name: 'x'.repeat(LENGTH.name),
      role: DRIVER,
      fingerprint: new Uint8Array(LENGTH.fingerprint),
      own: true,
    }));
    const list = encodeResult(result({ case: 'keys', value: { keys } }));
    const value = new Uint8Array(list.length + LENGTH.aeadTag);
    expect(encodeFromCar({ case: 'sealed', value }).length).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
  });
});

import { describe, expect, it } from '@jest/globals';
import { findKey } from '../../../lib/credentials/key-slot.js';
import { nodeSuite } from '../../../lib/crypto/node.js';
import type { Suite } from '../../../lib/crypto/suite.js';

const keyOf = (slot: number): Uint8Array => new Uint8Array(32).fill(slot + 1);

// Slots with holes between them, as removed keys leave them.
const keys = [0, 3, 4, 18].map((slot) => ({
  slot,
  publicKey: keyOf(slot),
  signingKey: new Uint8Array(32),
  name: `phone ${String(slot)}`,
  role: 'driver' as const,
}));

describe('findKey', () => {
  it.each([0, 1, 2, 3])('finds the key at index %i', (index) => {
    const key = keys[index];
    expect(findKey(nodeSuite, keys, keyOf(key!.slot))).toBe(key);
  });

  it('finds no other', () => {
    expect(findKey(nodeSuite, keys, keyOf(1))).toBeUndefined();
    expect(findKey(nodeSuite, keys, new Uint8Array(32))).toBeUndefined();
    expect(findKey(nodeSuite, keys, keyOf(0).subarray(0, 31))).toBeUndefined();
    expect(findKey(nodeSuite, [], keyOf(0))).toBeUndefined();
  });

  it('compares with every key, whichever it is', () => {
    let compared = 0;
    const counting: Suite = {
      ...nodeSuite,
      equal: (a, b) => {
        compared += 1;
        return nodeSuite.equal(a, b);
      },
    };
    for (const key of [keyOf(0), keyOf(18), keyOf(7)]) {
      compared = 0;
      findKey(counting, keys, key);
      expect(compared).toBe(4);
    }
  });
});

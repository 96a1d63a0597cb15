import type { Suite } from '../crypto/suite.js';
import type { KeySlot } from './key-slot.js';

/**
 * The key slot with this X25519 public key. Looks at every slot and decides nothing on the way, so
 * that the time tells neither which one matched, nor whether one did: who listens would know phones
 * apart by it.
 */
export const findKey = (
  suite: Suite,
  keys: readonly KeySlot[],
  publicKey: Uint8Array,
): KeySlot | undefined => {
  // All of it on small integers: a branch that is taken early costs measurably less than a late one,
  // and so does a number that stays an integer. Nobody stands behind the last slot, because reading
  // outside of an array takes longer. npm run timing notices each of these.
  const candidates = [...keys, undefined];
  let found = keys.length;
  keys.forEach((key, index) => {
    const same = 0 - Number(suite.equal(key.publicKey, publicKey)); // all bits, or none
    found ^= (found ^ index) & same;
  });
  return candidates[found];
};

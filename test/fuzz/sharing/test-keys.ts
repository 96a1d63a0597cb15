import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { keysOf } from '../../../lab/forged-credentials.js';
import type { Keys } from '../../../lab/forged-credentials.js';

/** A car, its owners and others, for the parsers of what they sign. */

const random = seededRandom('grants');

export const CAR = keysOf(random).identity;
export const OTHER_CAR = keysOf(random).identity;

const OWNERS: ReadonlyMap<number, Keys> = new Map([
  [0, keysOf(random)],
  [3, keysOf(random)],
]);

export const STRANGER = keysOf(random);

/** Subjects of the first link, the second one and so on: one more than a chain may have. */
export const SUBJECTS = Array.from({ length: 5 }, () => keysOf(random));

export const ownerIn = (slot: number): Keys | undefined => OWNERS.get(slot);

/** As the car asks for it: Ed25519, 32 bytes. */
export const ownerKey = (slot: number): Uint8Array | undefined => ownerIn(slot)?.signing.publicKey;

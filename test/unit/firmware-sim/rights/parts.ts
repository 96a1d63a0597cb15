import { takePart } from '../../../../firmware-sim/rights/take-list.js';
import type { TakenPart } from '../../../../firmware-sim/rights/take-list.js';
import type { Rights } from '../../../../firmware-sim/rights/rights.js';
import type { RevocationListPart } from '../../../../lib/credentials/revocation-list.js';
import { at, NOW } from './cast.js';

/** Parts of lists of the owner in slot 0, and what a car makes of them. */

export const part = (more: Partial<RevocationListPart> = {}): RevocationListPart => ({
  ownerSlot: 0,
  epoch: 0,
  number: 1,
  issuedAt: NOW,
  floor: 0,
  part: 0,
  parts: 1,
  entries: [],
  ...more,
});

export const take = (
  rights: Rights,
  more: Partial<RevocationListPart>,
  context = at(),
): TakenPart<Rights> => {
  const taken = takePart(rights, part(more), context);
  if (typeof taken === 'string') throw new Error(taken);
  return taken;
};

/** What the car has after these parts, whether they were old or not. */
export const after = (rights: Rights, ...parts: readonly Partial<RevocationListPart>[]): Rights =>
  parts.reduce((soFar, each) => take(soFar, each).rights, rights);

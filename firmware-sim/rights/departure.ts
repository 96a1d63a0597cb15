import { fingerprint } from '../../lib/credentials/key-slot.js';
import type { KeySlot } from '../../lib/credentials/key-slot.js';
import { sameBytes } from '../../lib/platform/bytes.js';
import { runningTime } from './clock.js';
import { upToNow } from './limit.js';
import type { Limit } from './limit.js';
import type { Revocation } from './revocations.js';
import { isHeld, ownerIn, ownerNamed, rememberFor } from './rights.js';
import type { OwnerRevocations, Rights, RightsContext } from './rights.js';

/** Keys that leave their slots, and what the car remembers so that nothing signed before lets them in. */

/** Lists of owners that left, besides those of owners in slots. */
export const MOST_FORMER_OWNERS = 8;

export interface Departure<R extends Rights> {
  readonly rights: R;
  readonly gone: readonly KeySlot[];
}

export interface Leaving {
  readonly key: KeySlot;
  /** Up to which date nothing counts any more that lets this key in. */
  readonly limit: Limit;
}

/** The date of what let a key in: of its grant, or of its pairing. */
export const dateOf = ({ grant, pairedAt = 0 }: KeySlot): number =>
  grant?.terms.issuedAt ?? pairedAt;

/**
 * Whatever leaves a slot is remembered: for the owner whose grant it holds, so that another's list cannot
 * fold it away, and by the car itself where it was paired.
 */
export const leave = <R extends Rights>(
  before: R,
  leaving: readonly Leaving[],
  context: RightsContext,
): Departure<R> => {
  const gone = leaving.map(({ key }) => key);
  const keys = before.keys.filter((key) => !gone.includes(key));
  const rights = leaving.reduce<R>(
    (soFar, { key, limit }) =>
      rememberFor(soFar, giverOf(before, key, context), [removalOf(key, limit, context)], context),
    { ...before, keys },
  );
  return { rights: gone.filter(isOwner).reduce<R>(formerOwner(context), rights), gone };
};

/**
 * Takes a key out, and all that it had granted: of an owner every key that its grants let in, of a guest
 * those that it delegated to.
 */
export const withoutKey = <R extends Rights>(
  rights: R,
  key: KeySlot,
  context: RightsContext,
): Departure<R> => {
  const { suite, wallMs } = context;
  const own = fingerprint(suite, key.publicKey);
  const removal = { key, limit: upToNow(runningTime(rights.clock, wallMs), dateOf(key)) };
  // A chain through the key is void with it; what else its bearer may have been given is not.
  const fallen = rights.keys
    .filter((other) => other !== key && cameFrom(other, key, own))
    .map((other) => ({ key: other, limit: { until: dateOf(other) } }));
  return leave(rights, [removal, ...fallen], context);
};

/** What an owner that is one no more has signed is void, and the keys that it let in go. */
export const withoutGrantsOf = <R extends Rights>(
  rights: R,
  owner: KeySlot,
  context: RightsContext,
): Departure<R> => {
  const { rights: without, gone } = withoutKey(rights, owner, context);
  return { rights: without, gone: gone.filter((key) => key !== owner) };
};

const isOwner = ({ role }: KeySlot): boolean => role === 'owner';

const cameFrom = ({ grant }: KeySlot, key: KeySlot, own: Uint8Array): boolean =>
  grant !== undefined &&
  (grant.path.some((step) => sameBytes(step.fingerprint, own)) ||
    (isOwner(key) && grant.terms.ownerSlot === key.slot));

export const removalOf = (key: KeySlot, limit: Limit, { suite }: RightsContext): Revocation => ({
  fingerprint: fingerprint(suite, key.publicKey),
  kind: 'removed',
  ...limit,
  number: 0,
  issuedAt: 0,
});

const giverOf = (
  rights: Rights,
  { grant }: KeySlot,
  { suite }: RightsContext,
): Uint8Array | undefined => {
  const giver = grant && ownerIn(rights, grant.terms.ownerSlot);
  return giver && fingerprint(suite, giver.publicKey);
};

/**
 * What former owners took away stays, of a bounded number of them. Of the one that left first only what
 * concerns keys in slots is kept, by the car itself; its grants stay void by the removal of its key.
 */
const formerOwner =
  (context: RightsContext) =>
  <R extends Rights>(rights: R, { publicKey }: KeySlot): R => {
    const { suite } = context;
    const own = fingerprint(suite, publicKey);
    const isLast = ({ owner }: OwnerRevocations): boolean => sameBytes(owner, own);
    // In the order in which they left: behind those that left before, whose lists may have come later.
    const owners = [
      ...rights.owners.filter((each) => !isLast(each)),
      ...rights.owners.filter(isLast),
    ];
    const former = owners.filter(({ owner }) => !ownerNamed(suite, rights, owner));
    const [oldest] = former;
    if (oldest === undefined || former.length <= MOST_FORMER_OWNERS) return { ...rights, owners };
    const held = isHeld(suite, rights);
    const kept = oldest.entries.filter((entry) => held(entry.fingerprint));
    const others = owners.filter((each) => each !== oldest);
    return rememberFor({ ...rights, owners: others }, undefined, kept, context);
  };

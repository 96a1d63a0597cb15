import type { AdmissionRefusal } from '../../lib/car/host.js';
import { verifyChain } from '../../lib/credentials/chain.js';
import type { VerifiedChain } from '../../lib/credentials/chain.js';
import { findKey, fingerprint } from '../../lib/credentials/key-slot.js';
import type { Introduction, KeyGrant, KeySlot } from '../../lib/credentials/key-slot.js';
import { hasEnded, outOfTime } from '../../lib/credentials/policy.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { sameBytes } from '../../lib/platform/bytes.js';
import { raiseFloor, runningTime, timeForRecords } from './clock.js';
import { lowestFree, withKey } from './slots.js';
import { dateOf, leave } from './departure.js';
import { isDatedAhead, reaches } from './limit.js';
import {
  allAgainst,
  circumstancesOf,
  isSuspended,
  isVoid,
  ownerIn,
  revocationsOf,
} from './rights.js';
import type { Rights, RightsContext } from './rights.js';

export interface AdmittedKey<R extends Rights> {
  readonly key: KeySlot;
  /** With the key in it; undefined where it was there already. */
  readonly rights?: R;
  /** It had that slot, and its grant had ended. */
  readonly evicted?: KeySlot;
  /** It was there by an older grant. */
  readonly replaced: boolean;
}

export interface AdmissionContext extends RightsContext {
  /** X25519, 32 bytes. */
  readonly carPublicKey: Uint8Array;
  /** How many keys the car holds. */
  readonly slots: number;
}

/**
 * Takes a key that proved itself and shows its grants: verifies the chain, asks whether anything of it was
 * taken back, asks the policy whether it holds now, and finds a slot. An older grant than the one it has
 * changes nothing.
 */
export const admitKey = <R extends Rights>(
  before: R,
  publicKey: Uint8Array,
  introduction: Introduction,
  context: AdmissionContext,
): AdmittedKey<R> | AdmissionRefusal => {
  const { suite, wallMs } = context;
  const known = findKey(suite, before.keys, publicKey);
  const chain = verified(before, publicKey, introduction.grants, context);
  if (chain === undefined) return 'grant-invalid';
  const { terms, links } = chain;
  if (known !== undefined && (known.grant?.terms.issuedAt ?? Infinity) >= terms.issuedAt) {
    return { key: known, replaced: false };
  }
  const { grants: _, name, ...called } = introduction;
  if (name === undefined) return 'name-invalid';
  const path = links.map(({ subject, terms: { issuedAt } }) => ({
    fingerprint: fingerprint(suite, subject.publicKey),
    issuedAt,
  }));
  const grant: KeyGrant = { terms, path, used: 0 };
  const now = runningTime(before.clock, wallMs);
  if (path.some(({ issuedAt }) => isDatedAhead(now, issuedAt))) return 'dated-ahead';
  // Only what an owner signed counts; a guest's phone may say any time. A lost clock learns nothing.
  const clock = raiseFloor(before.clock, links[0].terms.issuedAt);
  const rights: R = { ...before, clock };
  const refusal =
    takenBack(rights, grant, context) ?? outOfTime(terms, circumstancesOf(rights, context));
  if (refusal !== undefined) return refusal;
  const evicted = known === undefined ? endedIn(rights, context) : undefined;
  const slot = known?.slot ?? lowestFree(rights.keys, context.slots) ?? evicted?.slot;
  if (slot === undefined) return 'slots-full';
  const key: KeySlot = {
    slot,
    publicKey,
    // What it signs are grants, and those show the key that signs.
    signingKey: new Uint8Array(32),
    name,
    ...called,
    role: terms.role,
    grant,
  };
  if (evicted?.slot !== slot) {
    return {
      key,
      rights: { ...rights, keys: withKey(rights.keys, key) },
      replaced: known !== undefined,
    };
  }
  const left = leave(rights, [{ key: evicted, limit: { until: dateOf(evicted) } }], context);
  return {
    key,
    rights: { ...left.rights, keys: withKey(left.rights.keys, key) },
    evicted,
    replaced: false,
  };
};

/** Undefined for a chain that does not hold here, or was not made for this key. */
const verified = (
  rights: Rights,
  publicKey: Uint8Array,
  grants: Uint8Array,
  { suite, carPublicKey }: AdmissionContext,
): VerifiedChain | undefined => {
  try {
    const chain = verifyChain(suite, grants, {
      carPublicKey,
      epoch: rights.epoch,
      ownerKey: signingKeyIn(suite, rights),
    });
    return sameBytes(chain.bearer, publicKey) ? chain : undefined;
  } catch (error) {
    if (error instanceof PhoneKeyError) return undefined;
    throw error;
  }
};

/** Finds the signing key of an owner whose signatures count: one that nobody has suspended or revoked. */
export const signingKeyIn =
  (suite: RightsContext['suite'], rights: Rights) =>
  (slot: number): Uint8Array | undefined => {
    const owner = ownerIn(rights, slot);
    if (owner === undefined || isSuspended(suite, rights, owner)) return undefined;
    return owner.signingKey;
  };

/** Why what was signed counts no more, whatever its terms are. */
const takenBack = (
  rights: Rights,
  { terms, path }: KeyGrant,
  { suite }: RightsContext,
): AdmissionRefusal | undefined => {
  const entries = path.flatMap((step) => allAgainst(rights, step.fingerprint, step.issuedAt));
  if (entries.some(({ kind }) => kind !== 'removed')) return 'suspended';
  const giver = ownerIn(rights, terms.ownerSlot);
  const [first] = path;
  if (giver === undefined || first === undefined) return 'grant-invalid';
  const owner = fingerprint(suite, giver.publicKey);
  const isBelow = reaches(revocationsOf(rights, owner).floor, first.issuedAt);
  return entries.length > 0 || isBelow || isVoid(rights, owner, first.issuedAt)
    ? 'grant-void'
    : undefined;
};

/** A key whose time is over, and whose slot somebody else may have. */
const endedIn = ({ keys, clock }: Rights, { wallMs }: AdmissionContext): KeySlot | undefined => {
  const now = timeForRecords(clock, wallMs);
  return keys.find(({ grant }) => grant !== undefined && hasEnded(grant.terms, now));
};

import { fingerprint } from '../../lib/credentials/key-slot.js';
import type { Applicant, KeySlot } from '../../lib/credentials/key-slot.js';
import type { Role } from '../../lib/domain/roles.js';
import { sameBytes } from '../../lib/platform/bytes.js';
import { timeForRecords } from './clock.js';
import { lowestFree, withKey } from './slots.js';
import { dateOf, leave, withoutGrantsOf } from './departure.js';
import type { Departure } from './departure.js';
import { MAX_TIME, TOLERANCE_SECONDS } from '../../lib/credentials/grant.js';
import type { Rights, RightsContext } from './rights.js';
import { voidMeanwhile } from './take-list.js';

export interface PairedKey<R extends Rights> extends Departure<R> {
  readonly key: KeySlot;
  /** The same public key was enrolled before: its slot is used again. */
  readonly before: KeySlot | undefined;
}

export interface PairingContext extends RightsContext {
  /** How many keys the car holds. */
  readonly slots: number;
}

/**
 * A phone that proved both of its keys, and the code of a window. It gets the role of the window, whatever
 * it had; a car without an owner gets one. Older words about the key, and grants to it, count no more.
 * @param asked for which the window was opened
 */
export const pairKey = <R extends Rights>(
  before: R,
  phone: Applicant,
  asked: Role,
  context: PairingContext,
): PairedKey<R> | 'slots-full' | 'last-owner' | 'key-mismatch' | 'name-invalid' => {
  const { name } = phone;
  if (name === undefined) return 'name-invalid';
  const same = before.keys.find((key) => sameBytes(key.publicKey, phone.publicKey));
  const others = before.keys.filter((key) => key !== same);
  const role = before.keys.some(isOwner) ? asked : 'owner';
  if (same !== undefined) {
    // What a granted key signs are grants, and those show the key that signs.
    const isKnown = same.grant === undefined;
    if (isKnown && !sameBytes(same.signingKey, phone.signingKey)) return 'key-mismatch';
    if (isOwner(same) && role !== 'owner' && !others.some(isOwner)) return 'last-owner';
  }
  const slot = same?.slot ?? lowestFree(before.keys, context.slots);
  if (slot === undefined) return 'slots-full';
  const { rights, gone } = displaced(before, same, role, context);
  const key: KeySlot = {
    ...phone,
    name,
    slot,
    role,
    pairedAt: pairingTime(rights, phone, context),
  };
  const after: R = { ...rights, keys: withKey(rights.keys, key) };
  return { key, before: same, gone, rights: voidMeanwhile(before, after, context) };
};

const isOwner = ({ role }: KeySlot): boolean => role === 'owner';

/** What the key was before is over: its grant is remembered, and an owner's grants go with the role. */
const displaced = <R extends Rights>(
  before: R,
  same: KeySlot | undefined,
  role: Role,
  context: RightsContext,
): Departure<R> => {
  if (same?.grant !== undefined) {
    const left = leave(before, [{ key: same, limit: { until: dateOf(same) } }], context);
    return { ...left, gone: [] };
  }
  return same !== undefined && isOwner(same) && role !== 'owner'
    ? withoutGrantsOf(before, same, context)
    : { rights: before, gone: [] };
};

/** By the car's clock, and later than all that was signed about the key by then. */
const pairingTime = (
  { clock, own, owners }: Rights,
  { publicKey }: Applicant,
  { suite, wallMs }: RightsContext,
): number => {
  const about = fingerprint(suite, publicKey);
  const said = [own, ...owners]
    .flatMap(({ entries }) => entries)
    .filter(({ fingerprint }) => sameBytes(fingerprint, about))
    .map(({ until, issuedAt }) => Math.min(until, issuedAt + TOLERANCE_SECONDS) + 1);
  return Math.min(MAX_TIME, Math.max(timeForRecords(clock, wallMs), clock.floor + 1, ...said));
};

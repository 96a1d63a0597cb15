import { fingerprint } from '../../lib/credentials/key-slot.js';
import type { KeySlot } from '../../lib/credentials/key-slot.js';
import type { RevocationEntry, RevocationListPart } from '../../lib/credentials/revocation-list.js';
import type { Refusal } from '../../lib/domain/refusals.js';
import { sameBytes } from '../../lib/platform/bytes.js';
import { raiseFloor, runningTime } from './clock.js';
import { dateOf, leave, removalOf } from './departure.js';
import type { Departure, Leaving } from './departure.js';
import { MAX_TIME, TOLERANCE_SECONDS } from '../../lib/credentials/grant.js';
import { isDatedAhead, later, upToNow } from './limit.js';
import type { Revocation, Revocations } from './revocations.js';
import {
  isSuspended,
  isVoid,
  ownerIn,
  ownerNamed,
  rememberFor,
  revocationsAgainst,
  revocationsOf,
  withRevocations,
} from './rights.js';
import type { IncomingList, Rights, RightsContext } from './rights.js';

/**
 * Parts of revocation lists of owners who count. What takes something away takes effect when it comes, and
 * adds to what there is; only a whole and newer list gives anything back, and only what it names.
 */

export interface TakenPart<R extends Rights> extends Departure<R> {
  /** It was not newer than what is there, and gave nothing back. */
  readonly old: boolean;
}

/** @param part opened, and signed by an owner in its slot whom nobody suspends or revokes */
export const takePart = <R extends Rights>(
  before: R,
  part: RevocationListPart,
  context: RightsContext,
): TakenPart<R> | Refusal => {
  const { suite, wallMs } = context;
  const now = runningTime(before.clock, wallMs);
  const issuer = ownerIn(before, part.ownerSlot);
  if (issuer === undefined || part.epoch !== before.epoch) return 'revocation-list-invalid';
  if (isDatedAhead(now, part.issuedAt)) return 'dated-ahead';
  const owner = fingerprint(suite, issuer.publicKey);
  if (part.entries.some((entry) => sameBytes(entry.fingerprint, owner))) return 'own-key';

  const { number } = revocationsOf(before, owner);
  const old = part.number <= number || isVoid(before, owner, part.issuedAt);
  const entries = part.entries.filter(takesAway).filter(({ kind }) => !old || kind === 'revoked');
  const floored = withFloor(before, owner, part);
  const added = rememberFor(floored, owner, entries.map(revocationOf(part)), context);
  const collected = old ? added : collect(added, owner, part, context);
  const rights = voidUntilPaired(collected, entries, context);
  return { ...leave(rights, leaving(rights, entries, context), context), old };
};

type TakingEntry = RevocationEntry & { readonly kind: 'revoked' | 'suspended' };

const takesAway = (entry: RevocationEntry): entry is TakingEntry => entry.kind !== 'resumed';

const revocationOf =
  ({ number, issuedAt }: RevocationListPart) =>
  ({ fingerprint, since, kind }: TakingEntry): Revocation => ({
    fingerprint,
    kind,
    until: Math.min(MAX_TIME, since + TOLERANCE_SECONDS),
    number,
    issuedAt,
  });

/** What an owner declares void of what he signed; that cannot be what he has not signed yet. */
const withFloor = <R extends Rights>(
  rights: R,
  owner: Uint8Array,
  { floor, issuedAt }: RevocationListPart,
): R => {
  if (floor === 0) return rights;
  const before = revocationsOf(rights, owner);
  const until = Math.min(floor, issuedAt);
  return withRevocations(rights, { ...before, floor: later(before.floor, { until }) });
};

/** Of a list that is not old: where all of its parts are there, it renews leases and gives back. */
const collect = <R extends Rights>(
  rights: R,
  owner: Uint8Array,
  part: RevocationListPart,
  context: RightsContext,
): R => {
  const { incoming: before, ...rest } = revocationsOf(rights, owner);
  const incoming = joined(before, part);
  if (incoming === undefined) return rights;
  if (incoming.have !== 2 ** incoming.parts - 1) {
    return withRevocations(rights, { ...rest, incoming });
  }
  const { number, issuedAt } = incoming;
  const { clock } = rights;
  const whole = withRevocations(rights, { ...rest, number, issuedAt });
  return resume({ ...whole, clock: raiseFloor(clock, issuedAt) }, owner, incoming, context);
};

/** Undefined for a part of another list than the newest that comes in, and for one that is there. */
const joined = (
  incoming: IncomingList | undefined,
  { number, issuedAt, part, parts, entries }: RevocationListPart,
): IncomingList | undefined => {
  const bit = 1 << part;
  const resumed = entries
    .filter(({ kind }) => kind === 'resumed')
    .map((entry) => entry.fingerprint);
  if (incoming === undefined || incoming.number < number) {
    return { number, issuedAt, parts, have: bit, resumed };
  }
  const isSame =
    incoming.number === number && incoming.issuedAt === issuedAt && incoming.parts === parts;
  if (!isSame || (incoming.have & bit) !== 0) return undefined;
  return { ...incoming, have: incoming.have | bit, resumed: [...incoming.resumed, ...resumed] };
};

/**
 * Lifts the suspensions that a list names: the owner's own of earlier lists, and those of former owners. No
 * list of a higher number has come; of a lower one there may be a later one, where a phone began to count anew.
 */
const resume = <R extends Rights>(
  rights: R,
  owner: Uint8Array,
  { number, issuedAt, resumed }: IncomingList,
  context: RightsContext,
): R => {
  const without = <L extends Revocations>(list: L, below = Infinity): L => ({
    ...list,
    entries: list.entries.filter(
      (entry) =>
        entry.kind !== 'suspended' ||
        entry.number >= below ||
        entry.issuedAt > issuedAt ||
        !resumed.some((each) => sameBytes(each, entry.fingerprint)),
    ),
  });
  const owners = rights.owners.map((list) => {
    if (sameBytes(list.owner, owner)) return without(list, number);
    return ownerNamed(context.suite, rights, list.owner) ? list : without(list);
  });
  return voidMeanwhile(rights, { ...rights, own: without(rights.own), owners }, context);
};

/** Of an owner who is not suspended any more, all that he has signed and that has let nobody in yet is void. */
export const voidMeanwhile = <R extends Rights>(
  before: Rights,
  after: R,
  context: RightsContext,
): R => {
  const { suite, wallMs } = context;
  const limit = upToNow(runningTime(after.clock, wallMs));
  const entries = before.keys
    .filter((key) => key.role === 'owner' && isSuspended(suite, before, key))
    .filter(({ slot }) => {
      const now = ownerIn(after, slot);
      return now !== undefined && !isSuspended(suite, after, now);
    })
    .map((key) => removalOf(key, limit, context));
  return rememberFor(after, undefined, entries, context);
};

/** The keys that go by these entries: revoked ones, and what a suspended owner signed from then on. */
const leaving = (
  rights: Rights,
  entries: readonly RevocationEntry[],
  context: RightsContext,
): readonly Leaving[] => {
  const { suite, wallMs } = context;
  const now = runningTime(rights.clock, wallMs);
  return rights.keys.flatMap((key) => {
    if (key.role === 'owner') return [];
    const revoked = revocationsAgainst(suite, rights, key, 'revoked');
    if (revoked.length === 0 && !isOfSuspended(rights, key, entries, suite)) return [];
    // A revocation may be for all times; what the car remembers is not.
    const own = fingerprint(suite, key.publicKey);
    const said = revoked.filter((entry) => sameBytes(entry.fingerprint, own));
    const until = Math.max(0, ...said.map((entry) => entry.until));
    return [{ key, limit: upToNow(now, dateOf(key), until) }];
  });
};

/** Of an owner who has paired since, what he signed before and has let nobody in yet is void. */
const voidUntilPaired = <R extends Rights>(
  rights: R,
  entries: readonly RevocationEntry[],
  context: RightsContext,
): R => {
  const { suite } = context;
  const marks = rights.keys
    .filter(({ role, publicKey }) => {
      if (role !== 'owner') return false;
      const own = fingerprint(suite, publicKey);
      return entries.some((entry) => sameBytes(entry.fingerprint, own));
    })
    .filter((key) => !isSuspended(suite, rights, key))
    .map((key) => removalOf(key, { until: dateOf(key) }, context));
  return rememberFor(rights, undefined, marks, context);
};

/** Let in by what an owner signed when he was to be suspended already, and had not paired since. */
const isOfSuspended = (
  rights: Rights,
  { grant }: KeySlot,
  entries: readonly RevocationEntry[],
  suite: RightsContext['suite'],
): boolean => {
  const giver = grant && ownerIn(rights, grant.terms.ownerSlot);
  if (giver === undefined) return false;
  const own = fingerprint(suite, giver.publicKey);
  const signedAt = grant?.path[0]?.issuedAt ?? 0;
  if (!isSuspended(suite, rights, giver) && signedAt > dateOf(giver)) return false;
  return entries.some((entry) => signedAt >= entry.since && sameBytes(entry.fingerprint, own));
};

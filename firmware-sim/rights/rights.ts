import { fingerprint } from '../../lib/credentials/key-slot.js';
import type { KeySlot } from '../../lib/credentials/key-slot.js';
import { pathOf } from '../../lib/credentials/policy.js';
import type { Circumstances } from '../../lib/credentials/policy.js';
import type { Suite } from '../../lib/crypto/suite.js';
import { sameBytes } from '../../lib/platform/bytes.js';
import { runningTime, timeOf } from './clock.js';
import type { ClockRecord } from './clock.js';
import { TOLERANCE_SECONDS } from '../../lib/credentials/grant.js';
import { reaches } from './limit.js';
import { against, noRevocations, remember } from './revocations.js';
import type { Revocation, Revocations } from './revocations.js';

/** Who may do what: the part of the car's record that the rules about rights read and change. */
export interface Rights {
  /** Ascending by slot. */
  readonly keys: readonly KeySlot[];
  /** How often the car was re-keyed, 0 to 65535: grants and revocation lists name it. */
  readonly epoch: number;
  /** What the car knows of the time. */
  readonly clock: ClockRecord;
  /** What the car remembers by itself: of paired keys, and of owners that left. */
  readonly own: Revocations;
  /** Of owners, also of some that left: what they took away stays. */
  readonly owners: readonly OwnerRevocations[];
}

/** What an owner has revoked and suspended, and what left its slot with a grant of his. */
export interface OwnerRevocations extends Revocations {
  /** Fingerprint of the owner's key, 8 bytes. */
  readonly owner: Uint8Array;
  /** Of the last list of which all parts came; 0: none yet. Only a higher one lifts anything. */
  readonly number: number;
  /** When that was signed. */
  readonly issuedAt: number;
  /** A newer list of which parts are missing. */
  readonly incoming?: IncomingList;
}

/** A revocation list of which not all parts have come. */
export interface IncomingList {
  /** Of the list. */
  readonly number: number;
  /** When it was signed, in seconds since 1970. */
  readonly issuedAt: number;
  /** How many it has, 1 to 8. */
  readonly parts: number;
  /** Bit n: part n is there. */
  readonly have: number;
  /** Fingerprints of the keys that it resumes, once it is whole. */
  readonly resumed: readonly Uint8Array[];
}

/** What the rules are told besides. */
export interface RightsContext {
  readonly suite: Suite;
  /** Milliseconds since 1970, by the clock that runs in the car. */
  readonly wallMs: number;
  /** How much of one list is remembered; default MOST_REVOCATIONS. */
  readonly mostRevocations?: number;
}

/** The owner in a slot. */
export const ownerIn = ({ keys }: Rights, slot: number): KeySlot | undefined =>
  keys.find((key) => key.slot === slot && key.role === 'owner');

export const ownerNamed = (
  suite: Suite,
  { keys }: Rights,
  owner: Uint8Array,
): KeySlot | undefined =>
  keys.find(
    ({ role, publicKey }) => role === 'owner' && sameBytes(fingerprint(suite, publicKey), owner),
  );

/** What is remembered for an owner. */
export const revocationsOf = ({ owners }: Rights, owner: Uint8Array): OwnerRevocations =>
  owners.find((each) => sameBytes(each.owner, owner)) ?? {
    owner,
    number: 0,
    issuedAt: 0,
    ...noRevocations,
  };

/** In the order in which they came. */
export const withRevocations = <R extends Rights>(rights: R, changed: OwnerRevocations): R => {
  const isSame = (each: OwnerRevocations): boolean => sameBytes(each.owner, changed.owner);
  const owners = rights.owners.some(isSame)
    ? rights.owners.map((each) => (isSame(each) ? changed : each))
    : [...rights.owners, changed];
  return { ...rights, owners };
};

/** Everything that is remembered against a key and reaches this date. */
export const allAgainst = (
  { own, owners }: Rights,
  fingerprint: Uint8Array,
  date: number,
): readonly Revocation[] => [own, ...owners].flatMap((each) => against(each, fingerprint, date));

/**
 * What lists have against a key in a slot, or one that it came from: of one kind, or all. A list says
 * nothing about a pairing that came after it, also where it revokes for all times.
 */
export const revocationsAgainst = (
  suite: Suite,
  rights: Rights,
  key: KeySlot,
  wanted?: 'revoked' | 'suspended',
): readonly Revocation[] =>
  pathOf(key, ({ publicKey }) => fingerprint(suite, publicKey))
    .flatMap((step) => allAgainst(rights, step.fingerprint, step.issuedAt))
    .filter(
      ({ kind, issuedAt }) =>
        kind !== 'removed' &&
        kind === (wanted ?? kind) &&
        (key.grant !== undefined || (key.pairedAt ?? 0) <= issuedAt + TOLERANCE_SECONDS),
    );

/** A list suspends or revokes this key, or one that it came from. */
export const isSuspended = (suite: Suite, rights: Rights, key: KeySlot): boolean =>
  revocationsAgainst(suite, rights, key).length > 0;

/** Whether what an owner signed then is void, because its key was removed since. */
export const isVoid = (rights: Rights, owner: Uint8Array, date: number): boolean =>
  reaches(rights.own.floor, date) ||
  allAgainst(rights, owner, date).some(({ kind }) => kind === 'removed');

/** Whether a key is in a slot, or one that such a key came from. */
export const isHeld =
  (suite: Suite, { keys }: Rights) =>
  (about: Uint8Array): boolean =>
    keys.some(({ publicKey, grant }) =>
      [fingerprint(suite, publicKey), ...(grant?.path ?? []).map((step) => step.fingerprint)].some(
        (each) => sameBytes(each, about),
      ),
    );

/** Adds to what is remembered by the car itself, or for an owner. */
export const rememberFor = <R extends Rights>(
  rights: R,
  owner: Uint8Array | undefined,
  entries: readonly Revocation[],
  { suite, wallMs, mostRevocations }: RightsContext,
): R => {
  const now = runningTime(rights.clock, wallMs);
  const held = isHeld(suite, rights);
  if (owner === undefined)
    return { ...rights, own: remember(rights.own, entries, held, now, mostRevocations) };
  const before = revocationsOf(rights, owner);
  return withRevocations(rights, {
    ...before,
    ...remember(before, entries, held, now, mostRevocations),
  });
};

/** What the policy is told. */
export const circumstancesOf = (
  rights: Rights,
  { suite, wallMs }: RightsContext,
): Circumstances => ({
  now: timeOf(rights.clock, wallMs),
  isSuspended: (key) => isSuspended(suite, rights, key),
  lastIssuedAt: (slot) => {
    const owner = ownerIn(rights, slot);
    return owner === undefined
      ? 0
      : revocationsOf(rights, fingerprint(suite, owner.publicKey)).issuedAt;
  },
});

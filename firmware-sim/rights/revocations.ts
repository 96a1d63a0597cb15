import { TOLERANCE_SECONDS } from '../../lib/credentials/grant.js';
import { sameBytes } from '../../lib/platform/bytes.js';
import { later, reaches, settled, upToNow } from './limit.js';
import type { Limit } from './limit.js';

/** What is remembered against keys, in little room: the oldest of it folds into one date. */

/**
 * Nothing that lets this key in counts, up to the limit. `removed` is what the car remembers by itself of
 * a key that left its slot; of an owner's key it also voids what that one signed.
 */
export interface Revocation extends Limit {
  /** 8 bytes. */
  readonly fingerprint: Uint8Array;
  /** `suspended` can be given back. */
  readonly kind: 'revoked' | 'suspended' | 'removed';
  /** Of the newest list that said so: only a later one lifts it. 0 and 0 of a removal. */
  readonly number: number;
  /** When that list was signed, in seconds since 1970. */
  readonly issuedAt: number;
}

/** What is remembered against keys. */
export interface Revocations {
  /** Grants that were signed at or before it are void: the oldest entries have folded into it. */
  readonly floor: Limit;
  /** Oldest first; at most 512. */
  readonly entries: readonly Revocation[];
}

/**
 * Of one list. More than can concern the keys in slots, so that one can always fold: 32 slots, 4 links and
 * the owner, 3 kinds.
 */
export const MOST_REVOCATIONS = 512;

export const noRevocations: Revocations = { floor: { until: 0 }, entries: [] };

const sameKey = (one: Revocation, other: Revocation): boolean =>
  one.kind === other.kind && sameBytes(one.fingerprint, other.fingerprint);

/** One entry for each key and kind, with the later limit of what was said of it. */
const merge = (
  entries: readonly Revocation[],
  more: readonly Revocation[],
): readonly Revocation[] => {
  const merged = [...entries];
  for (const entry of more) {
    const at = merged.findIndex((each) => sameKey(each, entry));
    const before = merged[at];
    if (before === undefined) merged.push(entry);
    else {
      merged[at] = {
        ...entry,
        ...later(before, entry),
        number: Math.max(before.number, entry.number),
        issuedAt: Math.max(before.issuedAt, entry.issuedAt),
      };
    }
  }
  return merged;
};

/**
 * Adds, and where that is too much folds the oldest.
 * @param held whether a key is in a slot, or one that such a key came from: that never folds
 * @param now of the running clock; undefined where the time is lost
 */
export const remember = (
  { floor, entries }: Revocations,
  more: readonly Revocation[],
  held: (fingerprint: Uint8Array) => boolean,
  now: number | undefined,
  most = MOST_REVOCATIONS,
): Revocations => {
  const merged = merge(entries, more);
  const excess = merged.length - most;
  if (excess <= 0) return { floor, entries: merged };
  const oldest = merged
    .filter(({ fingerprint }) => !held(fingerprint))
    .sort((a, b) => (a.pending ?? a.until) - (b.pending ?? b.until))
    .slice(0, excess);
  return {
    // No later than what anybody can have signed by now: a key may be revoked for all times.
    floor: oldest.reduce((soFar, entry) => later(soFar, folded(entry, now)), floor),
    entries: merged.filter((entry) => !oldest.includes(entry)),
  };
};

const folded = ({ until, pending }: Revocation, now: number | undefined): Limit =>
  upToNow(now, 0, Math.max(until, pending ?? 0));

/** Entries about a key that reach this date. */
export const against = (
  { entries }: Revocations,
  fingerprint: Uint8Array,
  date: number,
): readonly Revocation[] =>
  entries.filter((entry) => reaches(entry, date) && sameBytes(entry.fingerprint, fingerprint));

/** The time is known again: also what was dated ahead while it was lost can be lifted from now on. */
export const settle = ({ floor, entries }: Revocations, now: number): Revocations => ({
  floor: settled(floor, now),
  entries: entries.map(({ until, pending, ...entry }) => ({
    ...entry,
    issuedAt: Math.min(entry.issuedAt, now + TOLERANCE_SECONDS),
    ...settled(pending === undefined ? { until } : { until, pending }, now),
  })),
});

import { toHex } from '../lib/platform/bytes.js';
import type { RevocationEntry, RevocationListPart } from '../lib/credentials/revocation-list.js';
import { MOST_ENTRIES } from './memory/rights-record.js';
import type { OwnerRevocationList, PendingRevocationList } from './memory/rights-record.js';

/**
 * Revocation lists of owners as the car keeps them. A part takes effect when it comes; what an earlier
 * list said is dropped only when all parts of a later one are there.
 */

/** `old`: not newer than what is there. `full`: more than a car keeps. */
export type RevocationListRefusal = 'old' | 'full';

export const takePart = (
  all: readonly OwnerRevocationList[],
  part: RevocationListPart,
): readonly OwnerRevocationList[] | RevocationListRefusal => {
  const before = all.find(({ ownerSlot }) => ownerSlot === part.ownerSlot) ?? {
    ownerSlot: part.ownerSlot,
    number: 0,
    issuedAt: 0,
    entries: [],
  };
  const taken = addPart(before, part);
  if (taken === undefined) return 'old';
  const others = all.filter(({ ownerSlot }) => ownerSlot !== part.ownerSlot);
  const result = [...others, taken].sort((a, b) => a.ownerSlot - b.ownerSlot);
  return fits(result) ? result : 'full';
};

/** When the last whole list of an owner was issued; 0 where there is none. */
export const lastIssuedAt = (all: readonly OwnerRevocationList[], ownerSlot: number): number =>
  all.find((each) => each.ownerSlot === ownerSlot)?.issuedAt ?? 0;

/** All that an owner's lists say. */
export const entriesOf = ({ entries, pending }: OwnerRevocationList): readonly RevocationEntry[] =>
  pending === undefined ? entries : [...entries, ...pending.entries];

const addPart = (
  before: OwnerRevocationList,
  part: RevocationListPart,
): OwnerRevocationList | undefined => {
  const { pending } = before;
  if (part.number <= before.number || part.number < (pending?.number ?? 0)) return undefined;
  const kept = pending !== undefined && pending.number < part.number ? overtaken(before) : before;
  const collected = collect(kept.pending, part);
  if (collected === undefined) return undefined;
  if (collected.have !== 2 ** collected.parts - 1) return { ...kept, pending: collected };
  const { number, issuedAt, entries } = collected;
  return { ownerSlot: before.ownerSlot, number, issuedAt, entries };
};

/** A newer list begins before all parts of this one came: what they said stays until it is whole. */
const overtaken = (before: OwnerRevocationList): OwnerRevocationList => {
  const { pending: _, ...rest } = before;
  return { ...rest, entries: withoutRepeats(entriesOf(before)) };
};

/** Of a key and kind the entry with the latest time, so that the list does not grow by being sent again. */
const withoutRepeats = (entries: readonly RevocationEntry[]): readonly RevocationEntry[] => {
  const latest = new Map<string, RevocationEntry>();
  for (const entry of entries) {
    const id = `${toHex(entry.fingerprint)} ${entry.kind}`;
    if ((latest.get(id)?.since ?? -1) < entry.since) latest.set(id, entry);
  }
  return [...latest.values()];
};

const collect = (
  pending: PendingRevocationList | undefined,
  { number, issuedAt, part, parts, entries }: RevocationListPart,
): PendingRevocationList | undefined => {
  const bit = 1 << part;
  if (pending === undefined) return { number, issuedAt, parts, have: bit, entries };
  if (pending.parts !== parts || pending.issuedAt !== issuedAt || (pending.have & bit) !== 0) {
    return undefined;
  }
  return { ...pending, have: pending.have | bit, entries: [...pending.entries, ...entries] };
};

const fits = (all: readonly OwnerRevocationList[]): boolean => {
  const count = (of: (each: OwnerRevocationList) => number): number =>
    all.reduce((sum, each) => sum + of(each), 0);
  return (
    count(({ entries }) => entries.length) <= MOST_ENTRIES &&
    count(({ pending }) => pending?.entries.length ?? 0) <= MOST_ENTRIES
  );
};

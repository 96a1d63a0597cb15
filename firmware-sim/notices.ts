import { toHex } from '../lib/platform/bytes.js';
import type { NoticeEntry, NoticePart } from '../lib/credentials/notice.js';
import { MOST_ENTRIES } from './memory/rights-record.js';
import type { OwnerNotices, PendingNotice } from './memory/rights-record.js';

/**
 * Notices of owners as the car keeps them. A part takes effect when it comes; what an earlier notice
 * said is dropped only when all parts of a later one are there.
 */

/** `old`: not newer than what is there. `full`: more than a car keeps. */
export type NoticeRefusal = 'old' | 'full';

export const takePart = (
  all: readonly OwnerNotices[],
  part: NoticePart,
): readonly OwnerNotices[] | NoticeRefusal => {
  const before = all.find(({ ownerSlot }) => ownerSlot === part.ownerSlot) ?? {
    ownerSlot: part.ownerSlot,
    number: 0,
    stamp: 0,
    entries: [],
  };
  const taken = addPart(before, part);
  if (taken === undefined) return 'old';
  const others = all.filter(({ ownerSlot }) => ownerSlot !== part.ownerSlot);
  const result = [...others, taken].sort((a, b) => a.ownerSlot - b.ownerSlot);
  return fits(result) ? result : 'full';
};

/** The stamp of the last whole notice of an owner; 0 where there is none. */
export const lastStamp = (all: readonly OwnerNotices[], ownerSlot: number): number =>
  all.find((each) => each.ownerSlot === ownerSlot)?.stamp ?? 0;

/** All that an owner's notices say. */
export const entriesOf = ({ entries, pending }: OwnerNotices): readonly NoticeEntry[] =>
  pending === undefined ? entries : [...entries, ...pending.entries];

const addPart = (before: OwnerNotices, part: NoticePart): OwnerNotices | undefined => {
  const { pending } = before;
  if (part.number <= before.number || part.number < (pending?.number ?? 0)) return undefined;
  const kept = pending !== undefined && pending.number < part.number ? overtaken(before) : before;
  const collected = collect(kept.pending, part);
  if (collected === undefined) return undefined;
  if (collected.have !== 2 ** collected.parts - 1) return { ...kept, pending: collected };
  const { number, stamp, entries } = collected;
  return { ownerSlot: before.ownerSlot, number, stamp, entries };
};

/** A newer notice begins before all parts of this one came: what they said stays until it is whole. */
const overtaken = (before: OwnerNotices): OwnerNotices => {
  const { pending: _, ...rest } = before;
  return { ...rest, entries: withoutRepeats(entriesOf(before)) };
};

/** Of a key and kind the entry with the latest time, so that the list does not grow by being brought again. */
const withoutRepeats = (entries: readonly NoticeEntry[]): readonly NoticeEntry[] => {
  const latest = new Map<string, NoticeEntry>();
  for (const entry of entries) {
    const id = `${toHex(entry.fingerprint)} ${entry.kind}`;
    if ((latest.get(id)?.since ?? -1) < entry.since) latest.set(id, entry);
  }
  return [...latest.values()];
};

const collect = (
  pending: PendingNotice | undefined,
  { number, stamp, part, parts, entries }: NoticePart,
): PendingNotice | undefined => {
  const bit = 1 << part;
  if (pending === undefined) return { number, stamp, parts, have: bit, entries };
  if (pending.parts !== parts || pending.stamp !== stamp || (pending.have & bit) !== 0) {
    return undefined;
  }
  return { ...pending, have: pending.have | bit, entries: [...pending.entries, ...entries] };
};

const fits = (all: readonly OwnerNotices[]): boolean => {
  const count = (of: (each: OwnerNotices) => number): number =>
    all.reduce((sum, each) => sum + of(each), 0);
  return (
    count(({ entries }) => entries.length) <= MOST_ENTRIES &&
    count(({ pending }) => pending?.entries.length ?? 0) <= MOST_ENTRIES
  );
};

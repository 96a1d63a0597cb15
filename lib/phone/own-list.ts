import { TOLERANCE_SECONDS } from '../credentials/grant.js';
import { ENTRIES_PER_PART, MOST_PARTS } from '../credentials/revocation-list.js';
import type { RevocationEntry } from '../credentials/revocation-list.js';
import { toHex } from '../platform/bytes.js';
import { voidUntil } from './dating.js';
import type { OwnRevocationList, PairedCar, SharedKey } from './store.js';

/** What stands in an owner's own list, and how it is kept short. Times are seconds since 1970. */

/** What a list has room for: 1152. */
export const MOST_ENTRIES = MOST_PARTS * ENTRIES_PER_PART;

/** What was signed at or before it is covered by an entry: a car takes back that much more than is said. */
const coveredUntil = ({ since }: RevocationEntry): number => since + TOLERANCE_SECONDS;

/**
 * Without entries that take nothing away any more: those about grants that have ended, and those that a floor
 * covers. What was revoked in them is forgotten altogether. The car lifts nothing because it is left out.
 * @param now by the car's clock
 */
export const pruned = (car: PairedCar, now: number): PairedCar => {
  const { revocationList: list, shared } = car;
  if (list === undefined) return car;
  const floor = voidUntil(car);
  const ended = new Set(
    shared
      ?.filter((key) => endOf(key) + TOLERANCE_SECONDS < now)
      .map(({ fingerprint }) => fingerprint),
  );
  const isOver = (entry: RevocationEntry): boolean =>
    coveredUntil(entry) <= floor ||
    (coveredUntil(entry) < now && ended.has(toHex(entry.fingerprint)));
  return without(
    car,
    list,
    new Set(list.entries.filter((entry) => entry.kind !== 'resumed' && isOver(entry))),
  );
};

/**
 * Where a list has more entries than it has room for, the oldest fold into its floor: nothing that its owner
 * signed until then counts any more.
 * @param car with the list that is to be signed; it is dated after what folds, also where that is ahead of now
 * @param now by the car's clock
 */
export const folded = (car: PairedCar, now: number): PairedCar => {
  const { revocationList: list } = car;
  const excess = (list?.entries.length ?? 0) - MOST_ENTRIES;
  if (list === undefined || excess <= 0) return car;
  // What is not resumed can be resumed again; what is not taken away opens the car.
  const last = ({ kind }: RevocationEntry): number => Number(kind === 'resumed');
  const oldest = list.entries
    .toSorted((a, b) => last(a) - last(b) || a.since - b.since)
    .slice(0, excess);
  const taken = oldest.filter(({ kind }) => kind !== 'resumed').map(coveredUntil);
  const floor = Math.max(list.floor, Math.min(now + TOLERANCE_SECONDS, Math.max(0, ...taken)));
  const issuedAt = Math.max(list.issuedAt, floor);
  return without(car, { ...list, floor, issuedAt }, new Set(oldest));
};

const without = (
  car: PairedCar,
  list: OwnRevocationList,
  gone: ReadonlySet<RevocationEntry>,
): PairedCar => {
  if (gone.size === 0) return car;
  const revoked = new Set(
    [...gone].filter(({ kind }) => kind === 'revoked').map((entry) => toHex(entry.fingerprint)),
  );
  const entries = list.entries.filter((entry) => !gone.has(entry));
  const shared = car.shared?.filter(({ fingerprint }) => !revoked.has(fingerprint));
  return { ...car, revocationList: { ...list, entries }, ...(shared && { shared }) };
};

/** When the last of the grants to a key ends. */
const endOf = ({ notAfter, lastEnd = 0 }: SharedKey): number => Math.max(notAfter, lastEnd);

/** What this phone has said of a key, and whether that reaches what it has granted to it. */
export const statusIn = (
  car: PairedCar,
): ((key: SharedKey) => 'valid' | 'revoked' | 'suspended' | 'void') => {
  const entries = new Map(
    car.revocationList?.entries.map((entry) => [toHex(entry.fingerprint), entry]),
  );
  return ({ fingerprint, issuedAt }) => {
    const entry = entries.get(fingerprint);
    const isTaken = entry !== undefined && coveredUntil(entry) >= issuedAt;
    if (isTaken && entry.kind !== 'resumed') return entry.kind;
    return issuedAt <= voidUntil(car) ? 'void' : 'valid';
  };
};

/**
 * Both of them, and of each key what takes more away. Only what was resumed since is resumed.
 * @param theirs as the car tells them
 */
export const merged = (
  own: readonly RevocationEntry[],
  theirs: readonly RevocationEntry[],
): readonly RevocationEntry[] => {
  const all = new Map(own.map((entry) => [toHex(entry.fingerprint), entry]));
  for (const entry of theirs) {
    const key = toHex(entry.fingerprint);
    const before = all.get(key);
    all.set(key, before === undefined ? entry : stronger(before, entry));
  }
  return [...all.values()];
};

const stronger = (own: RevocationEntry, theirs: RevocationEntry): RevocationEntry => {
  if (own.kind === 'resumed') {
    return theirs.kind === 'suspended' && theirs.since <= own.since ? own : theirs;
  }
  const kind = own.kind === 'revoked' ? own.kind : theirs.kind;
  return { ...own, kind, since: Math.max(own.since, theirs.since) };
};

/** Whether the car has all that a list says: nothing would be new in it. */
export const isAllIn = (
  theirs: readonly RevocationEntry[],
  own: readonly RevocationEntry[],
): boolean => {
  const there = new Map(theirs.map((entry) => [toHex(entry.fingerprint), entry]));
  return own.every(({ fingerprint, kind, since }) => {
    const found = there.get(toHex(fingerprint));
    if (kind === 'resumed') return found?.kind !== 'suspended';
    return (
      found !== undefined && found.since >= since && (found.kind === kind || kind === 'suspended')
    );
  });
};

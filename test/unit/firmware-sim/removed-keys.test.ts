import { describe, expect, it } from '@jest/globals';
import { MOST_REMOVED } from '../../../firmware-sim/memory/rights-record.js';
import type {
  OwnerRevocationList,
  RemovedKey,
} from '../../../firmware-sim/memory/rights-record.js';
import { newRecord } from '../../../firmware-sim/memory/record.js';
import type { CarRecord } from '../../../firmware-sim/memory/record.js';
import { dropRevoked, removeFrom, wasRemoved } from '../../../firmware-sim/removed-keys.js';
import { fingerprint } from '../../../lib/credentials/key-slot.js';
import type { KeyGrant, KeySlot } from '../../../lib/credentials/key-slot.js';
import type { Role } from '../../../lib/domain/roles.js';
import type { RevocationEntry } from '../../../lib/credentials/revocation-list.js';
import { suite, TERMS } from '../credentials/sample.js';

const publicKeyOf = (slot: number): Uint8Array => new Uint8Array(32).fill(slot + 1);
const printOf = (slot: number): Uint8Array => fingerprint(suite, publicKeyOf(slot));

const paired = (slot: number, role: Role): KeySlot => ({
  slot,
  publicKey: publicKeyOf(slot),
  signingKey: new Uint8Array(32),
  name: `key ${String(slot)}`,
  role,
});

/** A guest's key whose chain goes over the keys in these slots to its own; issued at 100. */
const granted = (slot: number, ownerSlot: number, ...over: readonly number[]): KeySlot => {
  const path = [...over, slot].map((each) => ({ fingerprint: printOf(each), issuedAt: 100 }));
  const terms = { ...TERMS, ownerSlot, issuedAt: 100 };
  return { ...paired(slot, 'guest'), grant: { terms, path, used: 0 } };
};

// Two owners, a paired driver, a guest of the first owner, the guest's friend, a guest of the second.
const KEYS = [
  paired(0, 'owner'),
  paired(1, 'owner'),
  paired(2, 'driver'),
  granted(3, 0),
  granted(4, 0, 3),
  granted(5, 1),
];

const recordOf = (more: Partial<CarRecord> = {}): CarRecord => ({
  ...newRecord(new Uint8Array(32)),
  keys: KEYS,
  ...more,
});

const slots = (keys: readonly KeySlot[]): number[] => keys.map(({ slot }) => slot);

const about = (
  slot: number,
  since: number,
  kind: RevocationEntry['kind'] = 'revoked',
): RevocationEntry => ({
  fingerprint: printOf(slot),
  since,
  kind,
});

const revocationListsOf = (
  ownerSlot: number,
  ...entries: RevocationEntry[]
): OwnerRevocationList => ({
  ownerSlot,
  number: 1,
  issuedAt: 100,
  entries,
});

const tomb = (slot: number, since: number): RemovedKey => ({ fingerprint: printOf(slot), since });

const remove = (record: CarRecord, slot: number, by: 'itself' | 'others' = 'others') =>
  removeFrom(
    suite,
    record,
    record.keys.find((key) => key.slot === slot)!,
    by,
  );

describe('a key that goes', () => {
  it.each([
    ['a guest, with those it delegated to', 3, [3, 4]],
    ['the last of a chain, alone', 4, [4]],
    ['a driver who was paired, alone', 2, [2]],
    ['an owner, with all its guests', 0, [0, 3, 4]],
    ['the other owner, with its own', 1, [1, 5]],
  ])('is %s', (_, slot, gone) => {
    const removal = remove(recordOf(), slot);
    expect(slots(removal!.gone)).toEqual(gone);
    expect(slots(removal!.record.keys)).toEqual(slots(KEYS).filter((each) => !gone.includes(each)));
  });

  it('and is no owner takes no guests of an owner who had its slot', () => {
    const keys = [paired(0, 'owner'), paired(1, 'driver'), granted(5, 1)];
    expect(slots(remove(recordOf({ keys }), 1)!.gone)).toEqual([1]);
  });

  it('by a grant is remembered with the time of the grant; one that was paired is not', () => {
    expect(remove(recordOf(), 4)?.record.removed).toEqual([tomb(4, 100)]);
    expect(remove(recordOf(), 2)?.record.removed).toEqual([]);
    expect(remove(recordOf(), 0)?.record.removed).toEqual([]);
  });

  it('takes the place of what was remembered of an earlier grant to it, and of no later one', () => {
    const removed = [tomb(4, 99), tomb(4, 100), tomb(4, 101), tomb(3, 50)];
    expect(remove(recordOf({ removed }), 4)?.record.removed).toEqual([
      tomb(4, 101),
      tomb(3, 50),
      tomb(4, 100),
    ]);
  });

  it('and was an owner leaves what it had revoked, and no more of its revocation lists', () => {
    const revocationLists = [
      revocationListsOf(0, about(8, 70), about(9, 80, 'suspended'), about(6, 90)),
      revocationListsOf(1, about(7, 60)),
      revocationListsOf(2, about(6, 50)),
    ];
    const removal = remove(recordOf({ revocationLists }), 0);
    expect(removal?.record.revocationLists).toEqual(revocationLists.slice(1));
    expect(removal?.record.removed).toEqual([tomb(8, 70), tomb(6, 90)]);
    const removed = [tomb(8, 60), tomb(7, 60)];
    expect(remove(recordOf({ revocationLists, removed }), 0)?.record.removed).toEqual([
      tomb(7, 60),
      tomb(8, 70),
      tomb(6, 90),
    ]);
    // A driver in the slot of an owner before takes no revocation lists with it.
    expect(remove(recordOf({ revocationLists }), 2)?.record).toMatchObject({
      revocationLists,
      removed: [],
    });
  });

  it.each([
    ['others', MOST_REMOVED],
    ['itself', MOST_REMOVED / 2],
  ] as const)('by %s is refused where the list of removed keys is full', (by, most) => {
    const removed = Array.from({ length: most }, (_, n) => ({
      fingerprint: Uint8Array.of(n >> 8, n & 255, 0, 0, 0, 0, 0, 0),
      since: n,
    }));
    expect(remove(recordOf({ removed: removed.slice(1) }), 4, by)?.record.removed).toHaveLength(
      most,
    );
    expect(remove(recordOf({ removed }), 4, by)).toBeUndefined();
    // A key of which nothing need be remembered can always go.
    const more = [...removed, tomb(9, 9)].slice(0, MOST_REMOVED);
    expect(remove(recordOf({ removed: more }), 2, by)).toMatchObject({
      gone: [{ slot: 2 }],
      record: { removed: more },
    });
  });
});

describe('a grant of before', () => {
  const { grant } = granted(4, 0, 3) as { readonly grant: KeyGrant };

  it('does not let in a key that was removed, nor what came from it', () => {
    for (const slot of [3, 4]) {
      expect(wasRemoved([tomb(9, 500), tomb(slot, 100)], grant)).toBe(true);
      expect(wasRemoved([tomb(slot, 99)], grant)).toBe(false);
    }
    expect(wasRemoved([tomb(5, 500)], grant)).toBe(false);
    expect(wasRemoved([], grant)).toBe(false);
  });
});

describe('keys that a revocation list has revoked', () => {
  const dropped = (...entries: RevocationEntry[]): number[] => {
    const { record, gone } = dropRevoked(
      suite,
      recordOf({ revocationLists: [revocationListsOf(0, ...entries)] }),
    );
    expect(slots(record.keys)).toEqual(slots(KEYS).filter((slot) => !slots(gone).includes(slot)));
    return slots(gone);
  };

  it('go, with those that came from them, and no others', () => {
    expect(dropped(about(3, 100))).toEqual([3, 4]);
    expect(dropped(about(4, 100), about(2, 0))).toEqual([2, 4]);
    expect(dropped(about(3, 99))).toEqual([]);
    expect(dropped()).toEqual([]);
  });

  it('stay where they are only suspended, or an owner', () => {
    expect(dropped(about(3, 100, 'suspended'), about(4, 100))).toEqual([4]);
    expect(dropped(about(1, 500))).toEqual([]);
  });
});

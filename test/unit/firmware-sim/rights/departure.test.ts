import { describe, expect, it } from '@jest/globals';
import {
  MOST_FORMER_OWNERS,
  withoutKey,
  withoutGrantsOf,
} from '../../../../firmware-sim/rights/departure.js';
import type { Rights } from '../../../../firmware-sim/rights/rights.js';
import { revocationsOf } from '../../../../firmware-sim/rights/rights.js';
import {
  AHEAD,
  at,
  granted,
  keyIn,
  KEYS,
  known,
  LATEST,
  listOf,
  LOST,
  NOW,
  paired,
  printOf,
  rightsOf,
  SIGNED,
  slots,
} from './cast.js';

const UNTIL = NOW + AHEAD;

const remove = (rights: Rights, slot: number, context = at()) =>
  withoutKey(rights, keyIn(rights, slot), context);

describe('a key that goes', () => {
  it.each([
    ['a guest, with those it delegated to', 3, [3, 4]],
    ['the last of a chain, alone', 4, [4]],
    ['a driver who was paired, alone', 2, [2]],
    ['an owner, with all its guests', 0, [0, 3, 4]],
    ['the other owner, with its own', 1, [1, 5]],
  ])('is %s', (_, slot, gone) => {
    const departure = remove(rightsOf(), slot);
    expect(slots(departure.gone)).toEqual(gone);
    expect(slots(departure.rights.keys)).toEqual(
      slots(KEYS).filter((each) => !gone.includes(each)),
    );
  });

  it('and is no owner takes no guests of an owner who had its slot', () => {
    const keys = [paired(0, 'owner'), paired(1, 'driver'), granted(5, 1)];
    expect(slots(remove(rightsOf({ keys }), 1).gone)).toEqual([1]);
  });

  it('by a grant is remembered for the owner who gave it, up to now', () => {
    const { rights } = remove(rightsOf(), 4);
    expect(rights.owners).toEqual([listOf(0, [known(4, 'removed', UNTIL)])]);
    expect(rights.own.entries).toEqual([]);
  });

  it('is remembered up to its grant where that was dated later', () => {
    const keys = [paired(0, 'owner'), granted(3, 0, [], { issuedAt: UNTIL + 5 })];
    const { rights } = remove(rightsOf({ keys }), 3);
    expect(rights.owners).toEqual([listOf(0, [known(3, 'removed', UNTIL + 5)])]);
  });

  it('that was paired is remembered by the car itself, up to now or its pairing', () => {
    expect(remove(rightsOf(), 2).rights).toMatchObject({
      own: { entries: [known(2, 'removed', UNTIL)] },
      owners: [],
    });
    const keys = [paired(0, 'owner'), paired(2, 'driver', UNTIL + 9)];
    const { rights } = remove(rightsOf({ keys }), 2);
    expect(rights.own.entries).toEqual([known(2, 'removed', UNTIL + 9)]);
    const { pairedAt: _, ...undated } = paired(2, 'driver');
    const early = remove(rightsOf({ keys: [paired(0, 'owner'), undated] }), 2, at(0));
    expect(early.rights.own.entries).toEqual([known(2, 'removed', AHEAD)]);
  });

  it('while the time is lost is remembered for every date, until the clock is set', () => {
    const { rights } = remove(rightsOf({ clock: LOST }), 4);
    expect(rights.owners).toEqual([listOf(0, [known(4, 'removed', SIGNED, { pending: LATEST })])]);
  });

  it('takes those who came from it along, remembered up to their own grants', () => {
    const keys = [...KEYS.slice(0, 4), granted(4, 0, [3], { issuedAt: 170 })];
    const { rights } = remove(rightsOf({ keys }), 3);
    expect(rights.owners).toEqual([
      listOf(0, [known(3, 'removed', UNTIL), known(4, 'removed', 170)]),
    ]);
  });

  it('keeps what lists had said, and their numbers', () => {
    const before = [listOf(1, [known(9, 'suspended', 8)], { number: 4, issuedAt: 7 })];
    const { rights } = remove(rightsOf({ owners: before }), 5);
    expect(rights.owners).toEqual([
      listOf(1, [known(9, 'suspended', 8), known(5, 'removed', UNTIL)], {
        number: 4,
        issuedAt: 7,
      }),
    ]);
  });

  it('and was an owner leaves all that it took away, and a mark on its own key', () => {
    const owners = [listOf(0, [known(5, 'suspended', 70)], { number: 9, issuedAt: 8 })];
    const { rights } = remove(rightsOf({ owners }), 0);
    expect(rights.own.entries).toEqual([known(0, 'removed', UNTIL)]);
    expect(rights.owners).toEqual([
      listOf(
        0,
        [known(5, 'suspended', 70), known(3, 'removed', SIGNED), known(4, 'removed', SIGNED)],
        { number: 9, issuedAt: 8 },
      ),
    ]);
  });

  it('makes room in a full list, whatever it is full of', () => {
    const owners = [listOf(0, [known(8, 'revoked', 30), known(9, 'revoked', 40)])];
    const { rights } = remove(rightsOf({ owners }), 4, at(NOW, 2));
    expect(rights.owners).toEqual([
      listOf(0, [known(9, 'revoked', 40), known(4, 'removed', UNTIL)], { floor: { until: 30 } }),
    ]);
    const own = { floor: { until: 0 }, entries: [known(8, 'removed', 30)] };
    expect(remove(rightsOf({ own }), 2, at(NOW, 1)).rights.own).toEqual({
      floor: { until: 30 },
      entries: [known(2, 'removed', UNTIL)],
    });
  });
});

describe('an owner who is one no more, and stays', () => {
  it('loses those whom it let in, and all that it signed until now', () => {
    const { rights, gone } = withoutGrantsOf(rightsOf(), keyIn(rightsOf(), 0), at());
    expect(slots(gone)).toEqual([3, 4]);
    expect(slots(rights.keys)).toEqual([1, 2, 5]);
    expect(rights.own.entries).toEqual([known(0, 'removed', UNTIL)]);
  });
});

describe('owners that left', () => {
  const FIRST = 10;
  const former = (count: number) =>
    Array.from({ length: count }, (_, n) =>
      listOf(FIRST + n, [known(2, 'suspended', 70 + n), known(99, 'revoked', 60 + n)]),
    );

  it('are remembered, so many of them', () => {
    const owners = former(MOST_FORMER_OWNERS - 1);
    const { rights } = remove(rightsOf({ owners }), 1);
    expect(rights.owners).toHaveLength(MOST_FORMER_OWNERS);
    expect(rights.owners.slice(0, -1)).toEqual(owners);
  });

  it('are forgotten in the order in which they left, but for what concerns keys in slots', () => {
    // The list of the one who leaves now was the first that came.
    const owners = [listOf(1, [], { number: 3 }), ...former(MOST_FORMER_OWNERS)];
    const { rights } = remove(rightsOf({ owners }), 1);
    expect(rights.owners.map(({ owner }) => owner)).toEqual([
      ...former(MOST_FORMER_OWNERS)
        .slice(1)
        .map(({ owner }) => owner),
      printOf(1),
    ]);
    expect(revocationsOf(rights, printOf(1)).number).toBe(3);
    expect(rights.own.entries).toEqual([known(1, 'removed', UNTIL), known(2, 'suspended', 70)]);
  });

  it('do not count while they are owners', () => {
    const owners = [listOf(0, [], { number: 5 }), ...former(MOST_FORMER_OWNERS - 1)];
    const { rights } = remove(rightsOf({ owners }), 1);
    expect(revocationsOf(rights, printOf(0)).number).toBe(5);
    expect(rights.owners).toHaveLength(MOST_FORMER_OWNERS + 1);
  });

  it('are not counted where a guest goes', () => {
    const owners = former(MOST_FORMER_OWNERS + 1);
    expect(remove(rightsOf({ owners }), 5).rights.owners).toHaveLength(MOST_FORMER_OWNERS + 2);
  });
});

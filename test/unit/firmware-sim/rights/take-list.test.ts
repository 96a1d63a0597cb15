import { describe, expect, it } from '@jest/globals';
import { takePart } from '../../../../firmware-sim/rights/take-list.js';
import type { Rights } from '../../../../firmware-sim/rights/rights.js';
import { revocationsOf } from '../../../../firmware-sim/rights/rights.js';
import type { RevocationListPart } from '../../../../lib/credentials/revocation-list.js';
import {
  about,
  AHEAD,
  at,
  granted,
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
import { part, take, after } from './parts.js';

const UNTIL = NOW + AHEAD;

const ofAda = (rights: Rights) => revocationsOf(rights, printOf(0));

/** As it is known by a list of that number, signed now. */
const said = (
  slot: number,
  kind: 'revoked' | 'suspended',
  since: number,
  number = 1,
  issuedAt = NOW,
) => known(slot, kind, since + AHEAD, { number, issuedAt });

describe('a revocation list', () => {
  it('is kept for its owner, with number and time of the last; each entry five minutes wide', () => {
    const rights = after(
      rightsOf(),
      { entries: [about(9, 70), about(8, 80, 'suspended')] },
      { ownerSlot: 1, number: 7, issuedAt: 60, entries: [about(9, 10)] },
    );
    expect(rights.owners).toEqual([
      listOf(0, [said(9, 'revoked', 70), said(8, 'suspended', 80)], { number: 1, issuedAt: NOW }),
      listOf(1, [said(9, 'revoked', 10, 7, 60)], { number: 7, issuedAt: 60 }),
    ]);
    expect(rights.clock.floor).toBe(NOW);
  });

  it('for all times reaches no further than can be written', () => {
    const rights = after(rightsOf(), { entries: [about(9, LATEST), about(8, LATEST - AHEAD + 1)] });
    expect(ofAda(rights).entries.map(({ until }) => until)).toEqual([LATEST, LATEST]);
  });

  it.each<[string, Partial<RevocationListPart>, string]>([
    ['of no slot with a key', { ownerSlot: 9 }, 'revocation-list-invalid'],
    ['of a driver', { ownerSlot: 2 }, 'revocation-list-invalid'],
    ['of another epoch', { epoch: 1 }, 'revocation-list-invalid'],
    ['dated more than five minutes ahead', { issuedAt: UNTIL + 1 }, 'dated-ahead'],
    ['that names its own signer', { entries: [about(9, 1), about(0, 1, 'resumed')] }, 'own-key'],
  ])('%s is none', (_, more, refusal) => {
    expect(takePart(rightsOf(), part(more), at())).toBe(refusal);
  });

  it('is judged by the clock that runs: what others signed ahead does not help it', () => {
    const clock = { offset: 0, floor: NOW + 200, lost: false };
    expect(takePart(rightsOf({ clock }), part({ issuedAt: UNTIL + 1 }), at())).toBe('dated-ahead');
    expect(take(rightsOf({ clock }), { issuedAt: UNTIL }).rights.clock.floor).toBe(UNTIL);
    const ahead = take(rightsOf({ clock: LOST }), { issuedAt: LATEST });
    expect(ahead).toMatchObject({ old: false, rights: { clock: LOST } });
  });
});

describe('an old list', () => {
  const before = after(rightsOf(), { number: 5, entries: [about(8, 70, 'suspended')] });

  it('still revokes, suspends nobody, gives nothing back and changes neither number nor time', () => {
    for (const number of [0, 4, 5]) {
      const entries = [about(9, 70), about(7, 70, 'suspended'), about(8, 70, 'resumed')];
      const { old, rights } = take(before, { number, issuedAt: NOW + 5, entries });
      expect(old).toBe(true);
      expect(rights.owners).toEqual([
        listOf(0, [said(8, 'suspended', 70, 5), said(9, 'revoked', 70, number, NOW + 5)], {
          number: 5,
          issuedAt: NOW,
        }),
      ]);
      expect(rights.clock.floor).toBe(NOW);
    }
  });

  it('is also one that was signed before its owner was removed, whatever its number', () => {
    const own = { floor: { until: 0 }, entries: [known(0, 'removed', NOW)] };
    const removed = { ...before, own };
    expect(take(removed, { number: 6 }).old).toBe(true);
    expect(take(removed, { number: 6, issuedAt: NOW + 1 }).old).toBe(false);
  });

  it('is one of before the floor that the car itself has', () => {
    const own = { floor: { until: NOW }, entries: [] };
    expect(take({ ...before, own }, { number: 6 }).old).toBe(true);
    expect(take({ ...before, own }, { number: 6, issuedAt: NOW + 1 }).old).toBe(false);
  });
});

describe('a list in parts', () => {
  const three = (number: number, ...entries: RevocationListPart['entries'][number][][]) =>
    entries.map((some, index) => ({ number, part: index, parts: entries.length, entries: some }));
  const [first, second, third] = three(
    2,
    [about(8, 70, 'resumed')],
    [about(9, 70, 'suspended')],
    [about(7, 70, 'resumed')],
  );
  const before = after(rightsOf(), {
    entries: [about(7, 60, 'suspended'), about(8, 60, 'suspended'), about(6, 60, 'suspended')],
  });

  it('takes away as each part comes, and gives back when all are there, in any order', () => {
    for (const [a, b, c] of [
      [first, second, third],
      [third, first, second],
      [second, third, first],
    ]) {
      const most = after(before, { ...a!, issuedAt: NOW + 9 }, { ...b!, issuedAt: NOW + 9 });
      expect(ofAda(most)).toMatchObject({ number: 1, issuedAt: NOW });
      expect(ofAda(most).entries.slice(0, 3)).toEqual([
        said(7, 'suspended', 60),
        said(8, 'suspended', 60),
        said(6, 'suspended', 60),
      ]);
      expect(most.clock.floor).toBe(NOW);
      const whole = after(most, { ...c!, issuedAt: NOW + 9 });
      expect(ofAda(whole)).toEqual(
        listOf(0, [said(6, 'suspended', 60), said(9, 'suspended', 70, 2, NOW + 9)], {
          number: 2,
          issuedAt: NOW + 9,
        }),
      );
      expect(whole.clock.floor).toBe(NOW + 9);
    }
  });

  it('is remembered while parts are missing', () => {
    const some = after(before, first!, third!);
    expect(ofAda(some).incoming).toEqual({
      number: 2,
      issuedAt: NOW,
      parts: 3,
      have: 0b101,
      resumed: [printOf(8), printOf(7)],
    });
    expect(after(some, first!)).toEqual(some);
    expect(after(some, { ...second!, parts: 2 })).toMatchObject({
      owners: [{ number: 1, incoming: { have: 0b101 } }],
    });
    expect(after(some, { ...second!, issuedAt: NOW + 1 })).toMatchObject({
      owners: [{ number: 1, incoming: { have: 0b101 } }],
    });
  });

  it('is overtaken by a newer one, and not by an older', () => {
    const some = after(before, first!);
    const newer = after(some, { number: 3, parts: 2 });
    expect(ofAda(newer).incoming).toMatchObject({ number: 3, have: 1, resumed: [] });
    const [, late] = three(2, [], [], []);
    const [newest] = three(4, [], [], []);
    expect(ofAda(after(newer, newest!, late!)).incoming).toMatchObject({
      number: 4,
      have: 1,
    });
    expect(after(newer, second!).owners).toMatchObject([{ number: 1, incoming: { number: 3 } }]);
    // What it took away stays.
    expect(ofAda(after(newer, second!)).entries).toContainEqual(said(9, 'suspended', 70, 2));
    expect(ofAda(after(newer, { number: 4 }))).not.toHaveProperty('incoming');
  });
});

describe('a list that gives back', () => {
  const resumes = (slot: number) => [about(slot, 0, 'resumed')];

  it('lifts what it names, of its own owner, and nothing by leaving it out', () => {
    const before = after(rightsOf(), {
      entries: [about(8, 70, 'suspended'), about(9, 70, 'suspended'), about(8, 60)],
    });
    const rights = after(before, { number: 2, issuedAt: NOW + 1, entries: resumes(8) });
    expect(ofAda(rights).entries).toEqual([said(9, 'suspended', 70), said(8, 'revoked', 60)]);
    const others = after(before, { ownerSlot: 1, entries: resumes(8) });
    expect(ofAda(others).entries).toEqual(ofAda(before).entries);
  });

  it('lifts nothing by revoking or suspending', () => {
    const before = after(rightsOf(), { entries: [about(8, 70, 'suspended')] });
    const rights = after(before, { number: 2, entries: [about(8, 60)] });
    expect(ofAda(rights).entries).toEqual([said(8, 'suspended', 70), said(8, 'revoked', 60, 2)]);
  });

  it('lifts only what came with a lower number, and no later stamp', () => {
    const before = after(rightsOf(), { number: 2, entries: [about(8, 70, 'suspended')] });
    const after3 = (issuedAt: number) =>
      ofAda(after(before, { number: 3, issuedAt, entries: resumes(8) })).entries;
    expect(after3(NOW - 1)).toHaveLength(1);
    expect(after3(NOW)).toEqual([]);
    // By a part of a newer one that is not whole yet.
    const newer = after(
      before,
      { number: 4, parts: 2, entries: [about(8, 71, 'suspended')] },
      { number: 5, parts: 1, entries: resumes(8) },
    );
    expect(ofAda(newer).entries).toEqual([]);
    const same = after(before, {
      number: 3,
      entries: [about(8, 72, 'suspended'), ...resumes(8)],
    });
    expect(ofAda(same).entries).toEqual([said(8, 'suspended', 72, 3)]);
  });

  it('lifts what owners that left had suspended, and what the car itself has of them', () => {
    const owners = [listOf(9, [known(5, 'suspended', UNTIL, { number: 99, issuedAt: NOW })])];
    const own = {
      floor: { until: 0 },
      entries: [
        known(5, 'suspended', UNTIL, { number: 99, issuedAt: NOW }),
        known(2, 'suspended', UNTIL),
        known(5, 'removed', 9),
      ],
    };
    const rights = after(rightsOf({ owners, own }), { entries: resumes(5) });
    expect(rights.owners[0]).toEqual(listOf(9, []));
    expect(rights.own.entries).toEqual([known(2, 'suspended', UNTIL), known(5, 'removed', 9)]);
    const early = after(rightsOf({ owners, own }), { issuedAt: NOW - 1, entries: resumes(5) });
    expect(early.owners[0]).toEqual(owners[0]);
    expect(early.own).toEqual(own);
  });
});

describe('the floor of a list', () => {
  const floorOf = (rights: Rights) => ofAda(rights).floor;

  it('is what its owner declares void, no later than that was signed, and never lower', () => {
    const rights = after(rightsOf(), { floor: 500 });
    expect(floorOf(rights)).toEqual({ until: 500 });
    expect(floorOf(after(rights, { number: 2, floor: 400 }))).toEqual({ until: 500 });
    expect(floorOf(after(rights, { number: 2, floor: 0 }))).toEqual({ until: 500 });
    expect(floorOf(after(rights, { number: 2, floor: LATEST }))).toEqual({ until: NOW });
    expect(floorOf(after(rights, { number: 1, floor: 600 }))).toEqual({ until: 600 });
    expect(revocationsOf(rights, printOf(1)).floor).toEqual({ until: 0 });
  });

  it('is not kept where it says nothing', () => {
    expect(take(rightsOf(), { number: 0 }).rights.owners).toEqual([listOf(0, [])]);
  });
});

describe('keys that a list takes away', () => {
  const gone = (entries: RevocationListPart['entries'], rights = rightsOf(), more = {}) =>
    slots(take(rights, { ...more, entries }).gone);

  it('are those that it revokes, with those that came from them, and no others', () => {
    expect(gone([about(3, SIGNED)])).toEqual([3, 4]);
    expect(gone([about(4, SIGNED), about(2, 50)])).toEqual([2, 4]);
    expect(gone([about(3, SIGNED - AHEAD - 1)])).toEqual([]);
    expect(gone([about(3, SIGNED - AHEAD)])).toEqual([3, 4]);
    expect(gone([])).toEqual([]);
  });

  it('are none that it only suspends, and no owners', () => {
    expect(gone([about(3, SIGNED, 'suspended'), about(4, SIGNED)])).toEqual([4]);
    expect(gone([about(1, 500)])).toEqual([]);
  });

  it('go also by an old list', () => {
    expect(gone([about(3, SIGNED)], rightsOf(), { number: 0 })).toEqual([3, 4]);
  });

  it('say nothing about a pairing of after it was signed', () => {
    const keys = [paired(0, 'owner'), paired(2, 'driver', UNTIL - 99)];
    const early = { issuedAt: NOW - 100 };
    expect(gone([about(2, LATEST)], rightsOf({ keys }), early)).toEqual([]);
    expect(gone([about(2, LATEST)], rightsOf({ keys }), { issuedAt: NOW - 99 })).toEqual([2]);
    const { pairedAt: _, ...undated } = paired(2, 'driver');
    expect(gone([about(2, 0)], rightsOf({ keys: [paired(0, 'owner'), undated] }))).toEqual([2]);
  });

  it('are remembered for who gave them: up to what was said, or to what a removal would', () => {
    const mark = (since: number, more: Partial<Parameters<typeof granted>[3]> = {}) => {
      const keys = [paired(0, 'owner'), paired(1, 'owner'), granted(5, 1, [], more)];
      const { rights } = take(rightsOf({ keys }), { entries: [about(5, since)] });
      return revocationsOf(rights, printOf(1)).entries;
    };
    expect(mark(SIGNED)).toEqual([known(5, 'removed', SIGNED + AHEAD)]);
    expect(mark(LATEST)).toEqual([known(5, 'removed', UNTIL)]);
    expect(mark(LATEST, { issuedAt: UNTIL + 7 })).toEqual([known(5, 'removed', UNTIL + 7)]);
    expect(mark(SIGNED - AHEAD)).toEqual([known(5, 'removed', SIGNED)]);
  });

  it('are remembered by the car itself where they were paired', () => {
    const { rights } = take(rightsOf(), { entries: [about(2, 60)] });
    expect(rights.own.entries).toEqual([known(2, 'removed', 60 + AHEAD)]);
    const lost = take(rightsOf({ clock: LOST }), { entries: [about(2, LATEST)] });
    expect(lost.rights.own.entries).toEqual([known(2, 'removed', 50, { pending: LATEST })]);
  });

  it('that came from one that goes are remembered up to their own grants', () => {
    const { rights } = take(rightsOf(), { entries: [about(3, LATEST)] });
    expect(ofAda(rights).entries.slice(1)).toEqual([
      known(3, 'removed', UNTIL),
      known(4, 'removed', SIGNED),
    ]);
  });
});

it('a full list makes room for what comes, and forgets nothing about keys in slots', () => {
  const context = at(NOW, 2);
  const entries = [about(8, 70), about(3, 10, 'suspended'), about(9, 80)];
  const { rights } = take(rightsOf(), { entries }, context);
  expect(ofAda(rights)).toMatchObject({
    floor: { until: 70 + AHEAD },
    entries: [said(3, 'suspended', 10), said(9, 'revoked', 80)],
  });
  expect(slots(rights.keys)).toEqual(slots(KEYS));
});

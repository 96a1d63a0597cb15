import { describe, expect, it } from '@jest/globals';
import {
  MOST_EPOCH,
  raiseEpoch,
  setTime,
  setTimeByCard,
} from '../../../../firmware-sim/rights/rekey.js';
import type { Rights } from '../../../../firmware-sim/rights/rights.js';
import { isSuspended } from '../../../../firmware-sim/rights/rights.js';
import { suite } from '../../credentials/sample.js';
import {
  AHEAD,
  at,
  keyIn,
  known,
  LATEST,
  listOf,
  LOST,
  NOW,
  paired,
  rightsOf,
  slots,
} from './cast.js';

const UNTIL = NOW + AHEAD;
const said = { number: 4, issuedAt: NOW };

/** Owner 1 is suspended by owner 0, and by what the car itself has of one that left. */
const full = (): Rights =>
  rightsOf({
    epoch: 7,
    own: {
      floor: { until: 44 },
      entries: [
        known(1, 'suspended', UNTIL, said),
        known(2, 'suspended', UNTIL, said),
        known(0, 'removed', UNTIL),
      ],
    },
    owners: [
      listOf(0, [known(1, 'suspended', UNTIL, said), known(9, 'revoked', UNTIL, said)], {
        ...said,
        floor: { until: 55 },
        incoming: { number: 5, issuedAt: NOW, parts: 2, have: 1, resumed: [] },
      }),
      listOf(1, [known(3, 'revoked', UNTIL, said)], said),
      listOf(8, [known(1, 'revoked', UNTIL, said)], said),
    ],
  });

describe('a re-key', () => {
  it('keeps void what a removed owner signed: as it was, a grant for the epoch to come came back', () => {
    const entries = [known(6, 'removed', UNTIL), known(7, 'revoked', UNTIL, said)];
    const own = { floor: { until: 44 }, entries };
    expect(rekeyed({ ...full(), own }).rights.own).toEqual({
      floor: { until: 44 },
      entries: [known(6, 'removed', UNTIL)],
    });
  });

  const rekeyed = (rights = full()) => {
    const departure = raiseEpoch(rights, at());
    if (departure === undefined) throw new Error('the last epoch');
    return departure;
  };

  it("raises the epoch, and every key goes that is no owner's", () => {
    const { rights, gone } = rekeyed();
    expect(rights.epoch).toBe(8);
    expect(slots(rights.keys)).toEqual([0, 1]);
    expect(slots(gone)).toEqual([2, 3, 4, 5]);
    expect(rights.clock).toEqual(full().clock);
  });

  it('keeps what suspends or revokes an owner in a slot, and the marks of the car, and clears the rest', () => {
    const { rights } = rekeyed();
    const kept = { number: 0, issuedAt: NOW };
    expect(rights.own).toEqual({
      floor: { until: 44 },
      entries: [known(1, 'suspended', UNTIL, kept), known(0, 'removed', UNTIL)],
    });
    expect(rights.owners).toEqual([
      listOf(0, [known(1, 'suspended', UNTIL, kept)]),
      listOf(8, [known(1, 'revoked', UNTIL, kept)]),
    ]);
    expect(isSuspended(suite, rights, keyIn(rights, 1))).toBe(true);
    expect(isSuspended(suite, rights, keyIn(rights, 0))).toBe(false);
  });

  it('keeps nothing of what an owner said that is about an earlier pairing of the key', () => {
    const keys = [paired(0, 'owner'), paired(1, 'owner', UNTIL + 1)];
    expect(rekeyed({ ...full(), keys }).rights.owners).toEqual([]);
  });

  it('is not possible beyond the highest epoch', () => {
    expect(rekeyed({ ...full(), epoch: MOST_EPOCH - 1 }).rights.epoch).toBe(0xffff);
    expect(raiseEpoch({ ...full(), epoch: MOST_EPOCH }, at())).toBeUndefined();
    expect(setTimeByCard({ ...full(), epoch: MOST_EPOCH }, NOW, at())).toBeUndefined();
  });
});

describe('the time that an owner sets', () => {
  it('is taken where it was lost, and nowhere else', () => {
    expect(setTime(full(), NOW, at())).toBeUndefined();
    const rights = setTime({ ...full(), clock: LOST }, NOW + 50, at());
    expect(rights?.clock).toEqual({ offset: 50, floor: 0, lost: false });
  });

  it('is what removals waited for', () => {
    const waits = { pending: LATEST };
    const rights = setTime(
      rightsOf({
        clock: LOST,
        own: { floor: { until: 3, ...waits }, entries: [known(2, 'removed', 9, waits)] },
        owners: [listOf(0, [known(3, 'removed', 9, waits)], { number: 4, floor: { until: 2 } })],
      }),
      NOW + 50,
      at(),
    );
    expect(rights?.own).toEqual({
      floor: { until: UNTIL + 50 },
      entries: [known(2, 'removed', UNTIL + 50)],
    });
    expect(rights?.owners).toEqual([
      listOf(0, [known(3, 'removed', UNTIL + 50)], { number: 4, floor: { until: 2 } }),
    ]);
  });

  it('dates no later than five minutes ahead what was said meanwhile, so that it can be lifted', () => {
    const late = { number: 4, issuedAt: LATEST };
    const said = known(1, 'suspended', LATEST, late);
    const set = (seconds: number) =>
      setTime(
        rightsOf({
          clock: LOST,
          own: { floor: { until: 0 }, entries: [said] },
          owners: [listOf(0, [said], late), listOf(1, [], { issuedAt: 7 })],
        }),
        seconds,
        at(),
      );
    const capped = { number: 4, issuedAt: UNTIL + 50 };
    const rights = set(NOW + 50);
    expect(rights?.own.entries).toEqual([known(1, 'suspended', LATEST, capped)]);
    expect(rights?.owners).toEqual([
      listOf(0, [known(1, 'suspended', LATEST, capped)], capped),
      listOf(1, [], { issuedAt: 7 }),
    ]);
  });

  it('never is before what was signed', () => {
    const clock = { offset: 0, floor: NOW + 70, lost: true };
    const own = { floor: { until: 3, pending: LATEST }, entries: [] };
    const rights = setTime(rightsOf({ clock, own }), NOW, at());
    expect(rights?.clock.offset).toBe(70);
    expect(rights?.own.floor).toEqual({ until: UNTIL + 70 });
  });
});

describe('the time that the card sets', () => {
  const EARLIER = NOW - 5000;
  const set = (seconds: number, rights = full()) => {
    const departure = setTimeByCard(rights, seconds, at());
    if (departure === undefined) throw new Error('the last epoch');
    return departure;
  };

  it('holds whatever it was, and whatever was signed; it is a re-key', () => {
    const clock = { offset: 9, floor: LATEST, lost: false };
    const { rights, gone } = set(EARLIER, { ...full(), clock });
    expect(rights).toMatchObject({
      epoch: 8,
      clock: { offset: -5000, floor: 0, lost: false },
    });
    expect(slots(gone)).toEqual([2, 3, 4, 5]);
  });

  it('leaves a suspended owner suspended, whose pairing and suspension are dated no later', () => {
    const keys = [paired(0, 'owner', EARLIER - 9), paired(1, 'owner', NOW - 1)];
    const { rights } = set(EARLIER, { ...full(), keys });
    expect(rights.keys.map(({ pairedAt }) => pairedAt)).toEqual([EARLIER - 9, EARLIER]);
    expect(rights.owners[0]?.entries).toEqual([
      known(1, 'suspended', UNTIL, { number: 0, issuedAt: EARLIER }),
    ]);
    expect(rights.own.entries).toEqual([
      known(1, 'suspended', UNTIL, { number: 0, issuedAt: EARLIER }),
      known(0, 'removed', EARLIER),
    ]);
    expect(isSuspended(suite, rights, keyIn(rights, 1))).toBe(true);
    const later = set(NOW + 5000);
    expect(later.rights.owners[0]?.entries).toMatchObject([{ issuedAt: NOW }]);
  });

  it('limits by the new clock what the car itself remembers, also what waits for the time', () => {
    const waits = { pending: LATEST };
    const own = {
      floor: { until: UNTIL, ...waits },
      entries: [known(6, 'removed', 5, waits), known(7, 'removed', 9), known(8, 'removed', UNTIL)],
    };
    const { rights } = set(EARLIER, { ...full(), clock: LOST, own });
    expect(rights.own).toEqual({
      floor: { until: EARLIER },
      entries: [known(6, 'removed', EARLIER), known(7, 'removed', 9), known(8, 'removed', EARLIER)],
    });
    const early = { floor: { until: 3 }, entries: [known(6, 'removed', 5, { pending: 8 })] };
    expect(set(NOW, { ...full(), clock: LOST, own: early }).rights.own).toEqual({
      floor: { until: 3 },
      entries: [known(6, 'removed', 8)],
    });
  });

  it('dates a pairing from the beginning of which the car does not know when it was', () => {
    const { pairedAt: _, ...undated } = paired(0, 'owner');
    expect(set(EARLIER, { ...full(), keys: [undated] }).rights.keys[0]?.pairedAt).toBe(0);
  });
});

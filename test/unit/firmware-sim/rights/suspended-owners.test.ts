import { describe, expect, it } from '@jest/globals';
import { voidMeanwhile } from '../../../../firmware-sim/rights/take-list.js';
import { isSuspended, revocationsOf } from '../../../../firmware-sim/rights/rights.js';
import { suite } from '../../credentials/sample.js';
import {
  about,
  AHEAD,
  at,
  granted,
  keyIn,
  known,
  LATEST,
  LOST,
  NOW,
  paired,
  printOf,
  rightsOf,
  SIGNED,
  slots,
} from './cast.js';
import { take, after } from './parts.js';

const UNTIL = NOW + AHEAD;

describe('a list about another owner', () => {
  const guests = [100, 200, 300].map((issuedAt, n) => granted(5 + n, 1, [], { issuedAt }));
  const rights = rightsOf({ keys: [paired(0, 'owner'), paired(1, 'owner'), ...guests] });

  it('takes out those whom it let in by what it signed from then on, and leaves the others', () => {
    for (const kind of ['suspended', 'revoked'] as const) {
      const taken = take(rights, { entries: [about(9, 0), about(1, 200, kind)] });
      expect(slots(taken.gone)).toEqual([6, 7]);
      expect(slots(taken.rights.keys)).toEqual([0, 1, 5]);
      expect(revocationsOf(taken.rights, printOf(1)).entries).toEqual([
        known(6, 'removed', 200),
        known(7, 'removed', 300),
      ]);
    }
  });

  it('goes by the first link, which is the word of the owner', () => {
    const chain = granted(6, 1, [5], { issuedAt: 900 });
    const keys = [paired(0, 'owner'), paired(1, 'owner'), granted(5, 1), chain];
    const taken = (since: number) =>
      slots(take(rightsOf({ keys }), { entries: [about(1, since, 'suspended')] }).gone);
    expect(taken(SIGNED)).toEqual([5, 6]);
    expect(taken(SIGNED + 1)).toEqual([]);
  });

  it('takes nobody out who came by the grant of somebody else', () => {
    const { gone } = take(rightsOf(), { entries: [about(1, 0, 'suspended')] });
    expect(slots(gone)).toEqual([5]);
  });

  it('that comes when the owner has paired since takes out what it signed before that, and no more: as it was, it took out nobody', () => {
    const later = granted(8, 1, [], { issuedAt: 901 });
    const keys = [paired(0, 'owner'), paired(1, 'owner', 900), ...guests, later];
    const taken = take(rightsOf({ keys }), { entries: [about(1, 200, 'suspended')] });
    expect(slots(taken.gone)).toEqual([6, 7]);
    expect(slots(taken.rights.keys)).toEqual([0, 1, 5, 8]);
    expect(isSuspended(suite, taken.rights, keyIn(taken.rights, 1))).toBe(false);
    expect(taken.rights.own.entries).toEqual([known(1, 'removed', 900)]);
  });

  it('takes nobody out a second time by what an earlier one said', () => {
    const once = take(rights, { entries: [about(1, 400, 'suspended')] }).rights;
    const again = take(once, { number: 2, entries: [about(9, 0, 'suspended')] });
    expect(again.gone).toEqual([]);
  });
});

describe('an owner who is suspended no more', () => {
  const suspended = after(rightsOf(), { entries: [about(1, 500, 'suspended')] });

  it('has lost what it signed meanwhile', () => {
    expect(suspended.own.entries).toEqual([]);
    const entries = [about(1, 0, 'resumed')];
    const resumed = after(suspended, { number: 2, entries });
    expect(isSuspended(suite, resumed, keyIn(resumed, 1))).toBe(false);
    expect(resumed.own.entries).toEqual([known(1, 'removed', UNTIL)]);
    const lost = after({ ...suspended, clock: LOST }, { number: 2, entries });
    expect(lost.own.entries).toEqual([known(1, 'removed', 0, { pending: LATEST })]);
  });

  it('is only who is an owner still, and free again', () => {
    const free = { ...suspended, owners: [] };
    expect(voidMeanwhile(suspended, suspended, at()).own.entries).toEqual([]);
    expect(voidMeanwhile(free, free, at()).own.entries).toEqual([]);
    const lowered = { ...free, keys: [paired(0, 'owner'), paired(1, 'driver')] };
    expect(voidMeanwhile(suspended, lowered, at()).own.entries).toEqual([]);
    const guest = after(rightsOf(), { entries: [about(3, 500, 'suspended')] });
    expect(voidMeanwhile(guest, { ...guest, owners: [] }, at()).own.entries).toEqual([]);
  });
});

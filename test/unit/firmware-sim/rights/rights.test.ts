import { describe, expect, it } from '@jest/globals';
import {
  circumstancesOf,
  isHeld,
  isSuspended,
  isVoid,
  ownerIn,
  ownerNamed,
  rememberFor,
  revocationsAgainst,
  revocationsOf,
  withRevocations,
} from '../../../../firmware-sim/rights/rights.js';
import { suite } from '../../credentials/sample.js';
import {
  AHEAD,
  at,
  granted,
  keyIn,
  KEYS,
  known,
  listOf,
  LOST,
  NOW,
  paired,
  printOf,
  rightsOf,
  SIGNED,
} from './cast.js';

const own = (...entries: ReturnType<typeof known>[]) => ({ floor: { until: 0 }, entries });

describe('an owner', () => {
  it('is found by its slot and by its key, where it is one still', () => {
    const rights = rightsOf();
    expect(ownerIn(rights, 1)).toBe(KEYS[1]);
    expect(ownerIn(rights, 2)).toBeUndefined();
    expect(ownerIn(rights, 9)).toBeUndefined();
    expect(ownerNamed(suite, rights, printOf(1))).toBe(KEYS[1]);
    expect(ownerNamed(suite, rights, printOf(2))).toBeUndefined();
  });

  it('of whom nothing is remembered has an empty list', () => {
    expect(revocationsOf(rightsOf(), printOf(1))).toEqual(listOf(1, []));
  });

  it('has one list, and it keeps its place', () => {
    const owners = [listOf(0, []), listOf(1, [])];
    const changed = listOf(0, [], { number: 3 });
    expect(withRevocations(rightsOf({ owners }), changed).owners).toEqual([changed, listOf(1, [])]);
    expect(withRevocations(rightsOf(), changed).owners).toEqual([changed]);
  });
});

describe('a key is suspended', () => {
  const suspendedBy = (entry: ReturnType<typeof known>, slot: number) => {
    const rights = rightsOf({ owners: [listOf(0, [entry])] });
    return isSuspended(suite, rights, keyIn(rights, slot));
  };

  it('by an entry about it, or about one that it came from, that reaches its date', () => {
    for (const kind of ['suspended', 'revoked'] as const) {
      expect(suspendedBy(known(3, kind, SIGNED), 3)).toBe(true);
      expect(suspendedBy(known(3, kind, SIGNED), 4)).toBe(true);
      expect(suspendedBy(known(4, kind, SIGNED), 3)).toBe(false);
      expect(suspendedBy(known(3, kind, SIGNED - 1), 3)).toBe(false);
    }
  });

  it('and not by its removal, which is over where it has come again', () => {
    expect(suspendedBy(known(3, 'removed', NOW), 3)).toBe(false);
  });

  it('by what the car itself has', () => {
    const rights = rightsOf({ own: own(known(2, 'suspended', 50)) });
    expect(isSuspended(suite, rights, keyIn(rights, 2))).toBe(true);
    expect(revocationsAgainst(suite, rights, keyIn(rights, 2), 'revoked')).toEqual([]);
    expect(revocationsAgainst(suite, rights, keyIn(rights, 2), 'suspended')).toHaveLength(1);
  });

  it('not where it was paired after that was signed, though it is for all times', () => {
    const keys = [paired(2, 'driver', NOW)];
    const by = (issuedAt: number) => {
      const rights = rightsOf({ keys, own: own(known(2, 'revoked', NOW + 99, { issuedAt })) });
      return isSuspended(suite, rights, keyIn(rights, 2));
    };
    expect(by(NOW - AHEAD)).toBe(true);
    expect(by(NOW - AHEAD - 1)).toBe(false);
    const { pairedAt: _, ...undated } = paired(2, 'driver');
    const rights = rightsOf({ keys: [undated], own: own(known(2, 'revoked', 0)) });
    expect(isSuspended(suite, rights, keyIn(rights, 2))).toBe(true);
  });
});

describe('what an owner signed is void', () => {
  it('up to the removal of its key, and up to the floor of the car', () => {
    const rights = rightsOf({ owners: [listOf(1, [known(0, 'removed', 70)])] });
    expect(isVoid(rights, printOf(0), 70)).toBe(true);
    expect(isVoid(rights, printOf(0), 71)).toBe(false);
    expect(isVoid(rights, printOf(1), 70)).toBe(false);
    const floored = rightsOf({ own: { floor: { until: 70 }, entries: [] } });
    expect(isVoid(floored, printOf(1), 70)).toBe(true);
    expect(isVoid(floored, printOf(1), 71)).toBe(false);
  });

  it('and not by its suspension', () => {
    const rights = rightsOf({ own: own(known(0, 'suspended', 70), known(0, 'revoked', 70)) });
    expect(isVoid(rights, printOf(0), 70)).toBe(false);
  });
});

it('a key is held that is in a slot, or that one in a slot came from', () => {
  const keys = [paired(0, 'owner'), granted(4, 0, [3])];
  const held = isHeld(suite, rightsOf({ keys }));
  expect([0, 3, 4].map((slot) => held(printOf(slot)))).toEqual([true, true, true]);
  expect([1, 2].map((slot) => held(printOf(slot)))).toEqual([false, false]);
});

describe('what is remembered', () => {
  const [old, more] = [known(8, 'revoked', 30), known(9, 'revoked', 40)];

  it('is in the list of an owner, or in that of the car', () => {
    expect(rememberFor(rightsOf(), undefined, [more], at())).toEqual(rightsOf({ own: own(more) }));
    expect(rememberFor(rightsOf(), printOf(1), [more], at())).toEqual(
      rightsOf({ owners: [listOf(1, [more])] }),
    );
  });

  it('folds what concerns nobody here, by the clock that runs', () => {
    const clock = { offset: 0, floor: NOW + 900, lost: false };
    const rights = rightsOf({ clock, own: own({ ...old, until: 2 ** 32 - 1 }, more) });
    expect(rememberFor(rights, undefined, [], at(NOW, 0)).own).toEqual({
      floor: { until: NOW + AHEAD },
      entries: [],
    });
    const held = known(3, 'suspended', 5);
    const owners = [listOf(0, [held, old], { number: 4 })];
    expect(rememberFor(rightsOf({ owners }), printOf(0), [more], at(NOW, 2)).owners).toEqual([
      listOf(0, [held, more], { number: 4, floor: { until: 30 } }),
    ]);
  });
});

describe('the policy is told', () => {
  it('the time, never before what was signed', () => {
    const clock = { offset: 0, floor: NOW + 9, lost: false };
    expect(circumstancesOf(rightsOf({ clock }), at()).now).toBe(NOW + 9);
    expect(circumstancesOf(rightsOf({ clock: LOST }), at()).now).toBeUndefined();
  });

  it('who is suspended, and when an owner was last heard', () => {
    const owners = [listOf(1, [known(3, 'suspended', SIGNED)], { issuedAt: 66 })];
    const rights = rightsOf({ owners });
    const circumstances = circumstancesOf(rights, at());
    expect([2, 3].map((slot) => circumstances.isSuspended(keyIn(rights, slot)))).toEqual([
      false,
      true,
    ]);
    expect([0, 1, 2].map((slot) => circumstances.lastIssuedAt(slot))).toEqual([0, 66, 0]);
  });
});

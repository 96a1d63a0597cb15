import { describe, expect, it } from '@jest/globals';
import { findingsOf, Ledger } from './ledger.js';
import type { Findings, Found } from './ledger.js';

const NONE: Findings = {
  doneTwice: 0,
  notDone: 0,
  notLogged: 0,
  listsLost: 0,
  listsNotDelivered: 0,
  grantsLost: 0,
  accountsLost: 0,
  claimsLost: 0,
};

const ledger = Object.assign(new Ledger(), {
  commands: [{ car: 'c', id: '1' }],
  lists: [{ car: 'c', id: 'l' }],
  grants: [{ account: 'a', id: 'g' }],
  accounts: ['a'],
  claims: [{ account: 'a', car: 'c' }],
});

const set = (...ids: string[]) => new Set(ids);

const whole: Found = {
  told: [
    {
      id: 'c',
      done: [
        ['1', 1],
        ['2', 1],
      ],
      objects: ['l', 'm'],
    },
  ],
  logged: new Map([['c', set('1')]]),
  lists: new Map([['c', set('l')]]),
  grants: new Map([['a', set('g')]]),
  cars: new Map([['a', set('c')]]),
};

describe('what was acknowledged, and what there is', () => {
  it('is the same, where nothing is lost', () => {
    expect(findingsOf(ledger, whole)).toEqual(NONE);
  });

  it.each<[Partial<Findings>, Partial<Found>]>([
    [{ doneTwice: 1 }, { told: [{ id: 'c', done: [['1', 2]], objects: ['l'] }] }],
    [{ notDone: 1 }, { told: [{ id: 'c', done: [['2', 1]], objects: ['l'] }] }],
    [{ notDone: 1, listsNotDelivered: 1 }, { told: [] }],
    [{ notLogged: 1 }, { logged: new Map([['c', set('2')]]) }],
    [{ listsLost: 1 }, { lists: new Map() }],
    [{ listsNotDelivered: 1 }, { told: [{ id: 'c', done: [['1', 1]], objects: [] }] }],
    [{ grantsLost: 1 }, { grants: new Map([['a', set()]]) }],
    [{ accountsLost: 1, claimsLost: 1 }, { cars: new Map() }],
    [{ claimsLost: 1 }, { cars: new Map([['a', set('d')]]) }],
  ])('is not, and is told: %j', (findings, found) => {
    expect(findingsOf(ledger, { ...whole, ...found })).toEqual({ ...NONE, ...findings });
  });
});

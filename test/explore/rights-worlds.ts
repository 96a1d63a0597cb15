import * as act from './act.js';
import type { Grant } from './act.js';
import type { Person } from './cast.js';
import type { Limits } from './facts.js';
import { deliver, sign } from './lists.js';
import type { NewList } from './lists.js';
import { action, begins, describeGrant, describeList, TICK, world } from './menu.js';
import type { Action, World } from './menu.js';

/** What is searched: small worlds, each with what matters for some of the rules, to its end or its depth. */

const ROOM: Limits = { slots: 4, mostRevocations: 8 };

const grantsTo = (by: Person, to: Person, more: Partial<Grant> = {}): Grant => ({
  by,
  to,
  dating: 'honest',
  ...more,
});

const list = (
  by: Person,
  person: Person,
  kind: 'revoked' | 'suspended' | 'resumed',
  more: Partial<NewList> = {},
): NewList => ({
  by,
  about: [{ person, kind }],
  since: 'now',
  ...more,
});

const bothOwners = begins(ROOM, ['Ada', 'Ben']);
const signs = (each: NewList): Action => action(describeList(each), (state) => sign(state, each));
const gives = (each: Grant): Action =>
  action(describeGrant(each), (state) => act.grant(state, each));
const comes = (index: number, limits: Limits): Action =>
  action(`list ${String(index)}, part 0 comes`, (state) => deliver(state, index, 0, limits));

const SMALL: Limits = { slots: 4, mostRevocations: 1 };

const inParts = (
  by: Person,
  ...about: readonly (readonly [Person, 'revoked' | 'suspended' | 'resumed'])[]
): NewList => ({
  by,
  about: about.map(([person, kind]) => ({ person, kind })),
  since: 'now',
  inParts: true,
});

export const RIGHTS_WORLDS: readonly World[] = [
  world('removal', ['Ada'], 16, {
    limits: ROOM,
    ticks: 2,
    grants: [
      grantsTo('Ada', 'Gus'),
      grantsTo('Ada', 'Gus', { uses: 1 }),
      grantsTo('Ada', 'Gus', { dating: 'ahead' }),
    ],
    pairs: [['Gus', 'driver']],
    attacks: [['Ada', 'driver']],
    removes: ['Gus'],
  }),
  world('lost time', ['Ada'], 16, {
    limits: ROOM,
    ticks: 2,
    grants: [grantsTo('Ada', 'Gus'), grantsTo('Ada', 'Gus', { dating: 'far' })],
    lists: [
      list('Ada', 'Gus', 'revoked', { since: 'forever' }),
      list('Ada', 'Hal', 'suspended', { since: 'far' }),
    ],
    mostLists: 1,
    removes: ['Gus'],
    clock: true,
  }),
  world('times of grants', ['Ada'], 14, {
    limits: { slots: 3, mostRevocations: 8 },
    ticks: 3,
    grants: [
      grantsTo('Ada', 'Gus', { begins: 300 }),
      grantsTo('Ada', 'Gus', { uses: 1 }),
      grantsTo('Ada', 'Hal'),
      grantsTo('Ada', 'Hal', { begins: 0, uses: 1 }),
    ],
    pairs: [['Ben', 'driver']],
    mostPairs: 1,
    clock: true,
  }),
  world('an owner removed', ['Ada', 'Ben'], 14, {
    limits: ROOM,
    ticks: 2,
    grants: [grantsTo('Ada', 'Gus'), grantsTo('Ben', 'Gus', { uses: 1 })],
    mostGrants: 3,
    pairs: [
      ['Ada', 'owner'],
      ['Ada', 'driver'],
    ],
    mostPairs: 2,
    removes: ['Ada'],
  }),
  world('what an owner removed took away', ['Ada', 'Ben'], 14, {
    limits: ROOM,
    ticks: 2,
    grants: [grantsTo('Ben', 'Gus', { uses: 1 })],
    mostGrants: 1,
    lists: [list('Ada', 'Gus', 'suspended'), list('Ada', 'Gus', 'resumed')],
    pairs: [['Ada', 'owner']],
    mostPairs: 1,
    removes: ['Ada'],
  }),
  world(
    'a list of an owner removed',
    [
      ...bothOwners,
      gives(grantsTo('Ben', 'Gus')),
      signs(list('Ada', 'Gus', 'suspended')),
      comes(0, ROOM),
    ],
    12,
    {
      limits: ROOM,
      ticks: 1,
      lists: [
        list('Ada', 'Gus', 'resumed'),
        list('Ben', 'Gus', 'resumed'),
        list('Ada', 'Hal', 'revoked'),
      ],
      mostGrants: 1,
      mostLists: 3,
      pairs: [['Ada', 'owner']],
      mostPairs: 1,
      removes: ['Ada', 'Gus'],
    },
  ),
  world('a suspended owner', ['Ada', 'Ben'], 14, {
    limits: ROOM,
    ticks: 2,
    grants: [grantsTo('Ben', 'Gus'), grantsTo('Ben', 'Gus', { dating: 'back' })],
    lists: [list('Ada', 'Ben', 'suspended'), list('Ada', 'Ben', 'resumed')],
  }),
  world('a suspended owner pairs', ['Ada', 'Ben'], 14, {
    limits: ROOM,
    ticks: 1,
    grants: [grantsTo('Ben', 'Gus', { dating: 'back' })],
    lists: [list('Ada', 'Ben', 'suspended'), list('Ben', 'Gus', 'suspended')],
    pairs: [['Ben', 'owner']],
    mostPairs: 1,
  }),
  world('owners suspend each other', ['Ada', 'Ben'], 14, {
    limits: ROOM,
    ticks: 1,
    grants: [grantsTo('Ada', 'Gus'), grantsTo('Ben', 'Gus')],
    lists: [list('Ada', 'Ben', 'suspended'), list('Ben', 'Ada', 'revoked')],
    mostLists: 3,
  }),
  world("an owner's full list", ['Ada'], 14, {
    limits: SMALL,
    ticks: 1,
    grants: [grantsTo('Ada', 'Gus'), grantsTo('Ada', 'Hal', { uses: 1 })],
    lists: [list('Ada', 'Gus', 'suspended'), list('Ada', 'Hal', 'revoked')],
    mostLists: 3,
  }),
  world("an owner's full list of all times", ['Ada'], 14, {
    limits: SMALL,
    ticks: 1,
    grants: [grantsTo('Ada', 'Gus', { dating: 'ahead' }), grantsTo('Ada', 'Hal', { uses: 1 })],
    lists: [
      list('Ada', 'Gus', 'revoked', { since: 'forever' }),
      list('Ada', 'Gus', 'revoked'),
      list('Ada', 'Hal', 'revoked'),
    ],
  }),
  world('full lists of two', ['Ada', 'Ben'], 12, {
    limits: SMALL,
    ticks: 1,
    grants: [grantsTo('Ada', 'Gus'), grantsTo('Ada', 'Hal', { uses: 1 })],
    lists: [list('Ben', 'Gus', 'revoked', { since: 'forever' }), list('Ben', 'Hal', 'revoked')],
    mostLists: 2,
    removes: ['Gus', 'Hal'],
  }),
  world("the car's full list", ['Ada', 'Ben'], 12, {
    limits: SMALL,
    ticks: 1,
    grants: [grantsTo('Ada', 'Gus')],
    mostGrants: 1,
    lists: [list('Ben', 'Gus', 'revoked', { since: 'forever' })],
    mostLists: 1,
    pairs: [
      ['Gus', 'driver'],
      ['Hal', 'driver'],
    ],
    removes: ['Gus', 'Hal'],
  }),
  world('dates ahead', ['Ada'], 14, {
    limits: ROOM,
    ticks: 2,
    grants: [
      grantsTo('Ada', 'Gus', { dating: 'ahead' }),
      grantsTo('Ada', 'Hal', { dating: 'twice' }),
    ],
    lists: [
      list('Ada', 'Gus', 'revoked'),
      list('Ada', 'Hal', 'suspended', { since: 'ahead' }),
      list('Ada', 'Hal', 'resumed', { since: 'far' }),
    ],
  }),
  world('parts', ['Ada'], 14, {
    limits: ROOM,
    ticks: 1,
    grants: [grantsTo('Ada', 'Gus')],
    mostGrants: 1,
    lists: [
      inParts('Ada', ['Hal', 'resumed'], ['Gus', 'suspended']),
      inParts('Ada', ['Gus', 'resumed'], ['Hal', 'revoked']),
      list('Ada', 'Gus', 'revoked'),
    ],
    mostLists: 3,
  }),
  world(
    'a restored phone',
    [
      ...begins(ROOM, ['Ada']),
      gives(grantsTo('Ada', 'Gus')),
      signs(list('Ada', 'Hal', 'suspended')),
      signs(list('Ada', 'Gus', 'resumed')),
      action('five minutes pass', (state) => act.wait(state, TICK)),
    ],
    12,
    {
      limits: ROOM,
      ticks: 2,
      mostGrants: 1,
      lists: [
        list('Ada', 'Gus', 'suspended', { restored: true }),
        list('Ada', 'Gus', 'suspended'),
        list('Ada', 'Hal', 'revoked'),
        list('Ada', 'Ada', 'suspended'),
        {
          by: 'Ada',
          about: [
            { person: 'Gus', kind: 'suspended' },
            { person: 'Gus', kind: 'resumed' },
          ],
          since: 'now',
        },
      ],
      mostLists: 4,
    },
  ),
  world('handed on', ['Ada'], 12, {
    limits: ROOM,
    ticks: 1,
    grants: [
      grantsTo('Ada', 'Gus', { delegations: 1 }),
      grantsTo('Ada', 'Hal', { through: 'Gus' }),
      grantsTo('Ada', 'Hal', { through: 'Gus', dating: 'far' }),
    ],
    mostGrants: 3,
    lists: [
      list('Ada', 'Gus', 'revoked'),
      list('Ada', 'Gus', 'suspended'),
      list('Ada', 'Gus', 'resumed'),
    ],
    removes: ['Gus', 'Hal'],
  }),
  world('re-key', ['Ada', 'Ben'], 12, {
    limits: ROOM,
    ticks: 1,
    grants: [grantsTo('Ada', 'Gus'), grantsTo('Ben', 'Gus')],
    lists: [list('Ada', 'Ben', 'suspended'), list('Ada', 'Gus', 'revoked')],
    removes: ['Gus'],
    cardTime: true,
    rekeys: 1,
  }),
  world('an owner removed before a re-key', ['Ada', 'Ben'], 12, {
    limits: ROOM,
    ticks: 1,
    grants: [grantsTo('Ada', 'Gus', { early: true }), grantsTo('Ada', 'Gus')],
    pairs: [['Ada', 'owner']],
    mostPairs: 1,
    removes: ['Ada'],
    rekeys: 1,
  }),
  world('an owner removed and the clock set', ['Ada', 'Ben'], 12, {
    limits: ROOM,
    ticks: 1,
    grants: [grantsTo('Ben', 'Gus')],
    pairs: [['Gus', 'driver']],
    mostPairs: 1,
    removes: ['Ada', 'Gus'],
    cardTime: true,
    rekeys: 1,
  }),
  world('the pairing window', ['Ada'], 14, {
    limits: { slots: 2, mostRevocations: 8 },
    ticks: 1,
    windows: { roles: ['driver', 'owner'], people: ['Ada', 'Gus', 'Hal'] },
    removes: ['Gus'],
  }),
  world('a list that comes late', [...bothOwners, signs(list('Ada', 'Ben', 'suspended'))], 14, {
    limits: ROOM,
    ticks: 2,
    grants: [grantsTo('Ben', 'Gus'), grantsTo('Ben', 'Hal', { dating: 'back' })],
    mostLists: 1,
    pairs: [['Ben', 'owner']],
    mostPairs: 1,
  }),
];

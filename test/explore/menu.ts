import * as act from './act.js';
import type { Grant } from './act.js';
import * as epochs from './epochs.js';
import type { Limits } from './facts.js';
import type { Role } from '../../lib/domain/roles.js';
import * as window from './window.js';
import * as lists from './lists.js';
import type { NewList } from './lists.js';
import type { Person } from './cast.js';
import { checkHope, checkState, checkStep } from './properties.js';
import type * as searching from './search.js';
import { canonical, newState, START } from './state.js';
import type { State } from './state.js';

/** What may happen in a world, from a short list of it. */

export type Action = searching.Action<State>;
export type World = searching.World<State>;

export const TICK = 300;

/** The actions of a world, from what may happen in it. */
export const action = (
  name: string,
  apply: (state: State) => State | undefined,
  byCard = false,
): Action => ({ name, apply, byCard });

interface Menu {
  readonly limits: Limits;
  /** How many steps of time, of five minutes. */
  readonly ticks: number;
  readonly grants?: readonly Grant[];
  /** How many words are signed at most, pairings not counted; how often somebody pairs. */
  readonly mostGrants?: number;
  readonly lists?: readonly NewList[];
  readonly mostLists?: number;
  readonly pairs?: readonly (readonly [Person, 'owner' | 'driver'])[];
  readonly mostPairs?: number;
  /** Pairings that are refused in this world whatever happens. */
  readonly attacks?: readonly (readonly [Person, 'owner' | 'driver'])[];
  readonly removes?: readonly Person[];
  /** For what the card opens windows, and who may know the code. */
  readonly windows?: { readonly roles: readonly Role[]; readonly people: readonly Person[] };
  readonly clock?: boolean;
  readonly cardTime?: boolean;
  readonly rekeys?: number;
}

const count = (state: State, kind: 'pairing' | 'grant'): number =>
  state.words.filter((word) => word.kind === kind).length;

export const describeGrant = ({ by, to, through, dating, uses, early }: Grant): string =>
  `${through ?? by} signs a grant for ${to}${uses ? ` of ${String(uses)} use` : ''}${dating === 'honest' ? '' : `, dated ${dating}`}${early === true ? ', for the epoch to come' : ''}`;

export const describeList = ({ by, about, since, inParts, restored }: NewList): string =>
  `${by} signs a list: ${about.map(({ person, kind }) => `${person} ${kind}`).join(', ')}` +
  `${since === 'now' ? '' : `, since ${since}`}${inParts ? ', in parts' : ''}${restored ? ', by a restored phone' : ''}`;

/** Everything on the menu that is not used up yet. */
const actionsOf = (menu: Menu, begun: number) => {
  const {
    limits,
    ticks,
    grants = [],
    lists: signed = [],
    pairs = [],
    attacks = [],
    removes = [],
  } = menu;
  const { mostGrants = 2, mostLists = 2, mostPairs = 2, rekeys = 0 } = menu;
  const fixed = {
    wait: action('five minutes pass', (state) => act.wait(state, TICK)),
    grants: grants.map((each) => action(describeGrant(each), (state) => act.grant(state, each))),
    lists: signed.map((each) => action(describeList(each), (state) => lists.sign(state, each))),
    pairs: pairs.map(([person, role]) =>
      action(`${person} pairs as ${role}`, (state) => act.pair(state, person, role, limits), true),
    ),
    removes: removes.map((person) =>
      action(`${person} is removed`, (state) => act.remove(state, person, limits)),
    ),
    windows: (menu.windows?.roles ?? []).map((role) =>
      action(`the card opens a window for a ${role}`, (state) => window.open(state, role), true),
    ),
    tries: [
      action('a minute passes', (state) => act.wait(state, 60)),
      action('a phone tries the code', window.tryCode),
      action('a phone without a good name gets the try back', window.sendAway),
      action('the car loses power', window.cutPower),
      ...(menu.windows?.people ?? []).map((person) =>
        action(
          `${person} pairs in the window`,
          (state) => window.enrol(state, person, limits),
          true,
        ),
      ),
    ],
    lose: action('the car loses the time', epochs.loseClock, true),
    tell: action('an owner tells the time', (state) => epochs.tellTime(state, limits), true),
    attacks: attacks.map(([person, role]) => ({
      ...action(`${person} pairs as ${role}`, (state) => act.pair(state, person, role, limits)),
      attack: true,
    })),
    rekey: action('the car is re-keyed', (state) => epochs.reKey(state, limits)),
    setBack: action(
      'the card sets the clock an hour back',
      (state) => epochs.setByCard(state, 3600, limits),
      true,
    ),
    stolen: {
      ...action('a stolen X25519 key pairs', (state) =>
        act.pairWithStolenKey(state, 'Ada', limits),
      ),
      attack: true,
    },
  };
  return (state: State): readonly Action[] => [
    ...(state.now - START < ticks * TICK ? [fixed.wait] : []),
    ...(count(state, 'grant') < mostGrants ? fixed.grants : []),
    ...(state.lists.length < mostLists ? fixed.lists : []),
    ...(count(state, 'pairing') < begun + mostPairs ? fixed.pairs : []),
    ...fixed.removes,
    ...state.words.flatMap((word, index) =>
      word.kind === 'grant'
        ? [
            action(`${word.path.at(-1) ?? ''} shows grant ${String(index)}`, (now) =>
              act.show(now, index, limits),
            ),
          ]
        : [],
    ),
    ...Object.keys(state.slots).map((person) =>
      action(`${person} unlocks`, (now) => act.unlock(now, person as Person, limits)),
    ),
    ...state.lists.flatMap((list, index) =>
      list.parts.map((_, part) =>
        action(`list ${String(index)}, part ${String(part)} comes`, (now) =>
          lists.deliver(now, index, part, limits),
        ),
      ),
    ),
    ...(menu.clock === true ? [fixed.lose, fixed.tell] : []),
    ...(menu.cardTime === true && state.rights.epoch < rekeys ? [fixed.setBack] : []),
    ...(state.rights.epoch < rekeys ? [fixed.rekey] : []),
    ...fixed.windows,
    ...(menu.windows !== undefined && state.now - START < ticks * TICK ? fixed.tries : []),
    ...fixed.attacks,
    ...(pairs.length > 0 ? [fixed.stolen] : []),
  ];
};

export const begins = (limits: Limits, people: readonly Person[]): readonly Action[] =>
  people.map((person) =>
    action(`${person} pairs as owner`, (state) => act.pair(state, person, 'owner', limits), true),
  );

/** @param beginning what has happened before, or who are its first owners */
export const world = (
  name: string,
  beginning: readonly Action[] | readonly Person[],
  depth: number,
  menu: Menu,
): World => {
  const steps = beginning.flatMap((step) =>
    typeof step === 'string' ? begins(menu.limits, [step]) : [step],
  );
  const pairings = steps.filter(({ name }) => name.includes(' pairs ')).length;
  const { limits } = menu;
  return {
    name,
    start: newState,
    beginning: steps,
    actions: actionsOf(menu, pairings),
    depth,
    canonical,
    checkState: (state) => {
      checkState(state, limits);
    },
    checkStep,
    checkHope: (state) => {
      checkHope(state, limits);
    },
  };
};

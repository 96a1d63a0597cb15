import type { RememberedOutcome } from '../../firmware-sim/memory/outcome-record.js';
import { begin, concluded } from '../../firmware-sim/outcome-memory.js';
import { COMMAND_ID_BYTES } from '../../lib/domain/commands.js';
import { DONE } from '../../lib/domain/outcomes.js';
import type { Refusal } from '../../lib/domain/refusals.js';
import { KEYS } from './cast.js';
import type { Person } from './cast.js';
import { broken } from './facts.js';
import type { Action, World } from './search.js';
import { text } from './text.js';

/**
 * Wishes of one key over two links, of which the newer voids what the phone has no answer to: whoever is between holds
 * any of them back, repeats it by either link and loses answers, and the car loses power. The clock is the car's.
 */

const TICK = 10;
const TICKS = 4;
/** For so many seconds a phone may send the same again: as in commands.ts. */
const AGAIN_SECONDS = 30;
const MOST: Partial<Record<Person, number>> = { Ada: 3, Gus: 1 };

interface Wish {
  readonly person: Person;
  readonly id: number;
  readonly voids: readonly number[];
  readonly at: number;
  readonly acted: boolean;
  /** What the phone was told that is final: neither busy nor fault. */
  readonly told?: 'done' | Refusal;
}

/** What the car does on a link. */
interface Doing {
  readonly wish: number;
  /** `joins`: it came by the other link, and waits for that. */
  readonly stage: 'begun' | 'over' | 'joins';
  /** Wishes that have to be over first. */
  readonly after: readonly number[];
  readonly refusal?: Refusal;
}

interface WishState {
  readonly now: number;
  readonly outcomes: readonly RememberedOutcome[];
  readonly wishes: readonly Wish[];
  /** By link. */
  readonly links: readonly (Doing | undefined)[];
}

const START = 1_000_000;
const LINKS = [0, 1];
const LINK_NAMES = ['Bluetooth', 'the cloud'];

const idOf = (id: number): Uint8Array => new Uint8Array(COMMAND_ID_BYTES).fill(id);
const nameOf = ({ person, id }: Wish): string => `wish ${String(id)} of ${person}`;

const isOf = (wish: Wish | undefined, { key, id: [id] }: RememberedOutcome): boolean =>
  wish !== undefined && KEYS[wish.person].fingerprint === key && wish.id === id;

const changed = (state: WishState, index: number, change: Partial<Wish>): WishState => ({
  ...state,
  wishes: state.wishes.map((each, at) => (at === index ? { ...each, ...change } : each)),
});

const onLink = (state: WishState, link: number, doing: Doing | undefined): WishState => ({
  ...state,
  links: state.links.map((each, at) => (at === link ? doing : each)),
});

/** The phone names what it has no answer to. Phones draw their ids each for itself: two may have the same. */
const asks = (state: WishState, person: Person): WishState | undefined => {
  const own = state.wishes.filter((each) => each.person === person);
  if (own.length >= (MOST[person] ?? 0)) return undefined;
  const voids = own.filter(({ told }) => told === undefined).map(({ id }) => id);
  const wish = { person, id: own.length + 1, voids, at: state.now, acted: false };
  return { ...state, wishes: [...state.wishes, wish] };
};

/** The car has an answer, which the phone hears, or not. */
const answers = (
  state: WishState,
  index: number,
  answer: 'done' | Refusal,
  heard: boolean,
): WishState => {
  const wish = state.wishes[index];
  if (wish === undefined) return state;
  if (answer === 'done' && !wish.acted) broken('what is done was done', nameOf(wish));
  if (answer !== 'done' && answer !== 'fault' && wish.acted)
    broken('what is refused was not done', `${nameOf(wish)}, ${answer}`);
  const isVoid = state.wishes.some(
    ({ person, voids }) => person === wish.person && voids.includes(wish.id),
  );
  if (answer === 'superseded' && !isVoid) broken('only a newer wish voids', nameOf(wish));
  const isFinal = answer !== 'fault' && answer !== 'busy';
  return heard && isFinal ? changed(state, index, { told: answer }) : state;
};

const comes = (state: WishState, index: number, link: number): WishState | undefined => {
  const wish = state.wishes[index];
  if (wish === undefined || state.links[link] !== undefined) return undefined;
  if (state.now - wish.at >= AGAIN_SECONDS) return undefined;
  if (state.links.some((each) => each?.wish === index))
    return onLink(state, link, { wish: index, stage: 'joins', after: [] });
  const { fingerprint: key } = KEYS[wish.person];
  const voids = wish.voids.map(idOf);
  const begun = begin(state.outcomes, { key, id: idOf(wish.id), voids }, state.now, (each) =>
    state.links.some((doing) => isOf(doing && state.wishes[doing.wish], each)),
  );
  if ('answer' in begun)
    return answers(state, index, typeof begun.answer === 'string' ? begun.answer : 'done', true);
  const after = state.wishes.flatMap(({ person, id }, at) =>
    person === wish.person && begun.under.some(([byte]) => byte === id) ? [at] : [],
  );
  const doing = { wish: index, stage: 'begun', after } as const;
  return onLink({ ...state, outcomes: begun.outcomes }, link, doing);
};

/** It acts, or refuses: once what it has to wait for is over. */
const acts = (state: WishState, link: number, refusal?: Refusal): WishState | undefined => {
  const doing = state.links[link];
  const wish = doing && state.wishes[doing.wish];
  if (wish === undefined || doing?.stage !== 'begun') return undefined;
  if (state.links.some((each) => each !== undefined && doing.after.includes(each.wish)))
    return undefined;
  if (refusal !== undefined) return onLink(state, link, { ...doing, stage: 'over', refusal });
  if (wish.acted) broken('a wish is done once', nameOf(wish));
  if (wish.told !== undefined) broken('what is refused is not done later', nameOf(wish));
  const newer = state.wishes.find(
    ({ person, id, told }) => person === wish.person && id > wish.id && told !== undefined,
  );
  if (newer !== undefined)
    broken('nothing acts after a newer wish was answered', `${nameOf(wish)}, ${nameOf(newer)}`);
  return onLink(changed(state, doing.wish, { acted: true }), link, { ...doing, stage: 'over' });
};

/** What came of it is durable, and then told on both links. */
const ends = (state: WishState, link: number, heard: boolean): WishState | undefined => {
  const doing = state.links[link];
  const wish = doing && state.wishes[doing.wish];
  if (wish === undefined || doing?.stage !== 'over') return undefined;
  const { fingerprint } = KEYS[wish.person];
  const { refusal } = doing;
  const outcomes = concluded(state.outcomes, fingerprint, idOf(wish.id), refusal ?? DONE);
  const links = state.links.map((each) => (each?.wish === doing.wish ? undefined : each));
  return answers({ ...state, outcomes, links }, doing.wish, refusal ?? 'done', heard);
};

const happens = (
  name: string,
  apply: (state: WishState) => WishState | undefined,
): Action<WishState> => ({ name, apply });

const COMES = (['Ada', 'Gus'] as const).flatMap((person) =>
  Array.from({ length: MOST[person] ?? 0 }, (_, n) => n + 1).flatMap((id) =>
    LINKS.map((link) =>
      happens(`wish ${String(id)} of ${person} comes by ${LINK_NAMES[link] ?? ''}`, (state) => {
        const at = state.wishes.findIndex((each) => each.person === person && each.id === id);
        return comes(state, at, link);
      }),
    ),
  ),
);

const GOES_ON = LINKS.flatMap((link) => {
  const by = LINK_NAMES[link] ?? '';
  return [
    happens(`the car acts on what came by ${by}`, (state) => acts(state, link)),
    happens(`the car refuses what came by ${by}`, (state) => acts(state, link, 'door-open')),
    happens(`the phone is answered by ${by}`, (state) => ends(state, link, true)),
    happens(`the answer by ${by} is lost`, (state) => ends(state, link, false)),
  ];
});

const WISHES = happens('Ada wishes', (state) => asks(state, 'Ada'));

const ACTIONS: readonly Action<WishState>[] = [
  WISHES,
  ...COMES,
  ...GOES_ON,
  happens('the car loses power', (state) =>
    state.links.some((each) => each !== undefined)
      ? { ...state, links: [undefined, undefined] }
      : undefined,
  ),
  happens('ten seconds pass', (state) =>
    state.now < START + TICK * TICKS ? { ...state, now: state.now + TICK } : undefined,
  ),
];

/** Whatever was held back, lost and interrupted, the next wish is done. */
const checkHope = (state: WishState): void => {
  const links = [undefined, undefined];
  const wish = { person: 'Ada', id: 9, voids: [], at: state.now, acted: false } as const;
  const now = { ...state, links, wishes: [...state.wishes, wish] };
  const came = comes(now, state.wishes.length, 0);
  const after = came && acts(came, 0);
  if (after?.wishes.at(-1)?.acted !== true) broken('the next wish is done', 'Ada is refused');
};

export const WISH_WORLDS: readonly World<WishState>[] = [
  {
    name: 'wishes over two links',
    start: { now: START, outcomes: [], wishes: [], links: [undefined, undefined] },
    beginning: [WISHES, happens('Gus wishes', (state) => asks(state, 'Gus'))],
    actions: () => ACTIONS,
    depth: 40,
    canonical: ({ now, outcomes, wishes, links }) =>
      text([
        now,
        outcomes,
        wishes.map(({ person, id, voids, at, acted, told }) => [
          person,
          id,
          voids,
          at,
          acted,
          told,
        ]),
        // Which link is which makes no difference.
        links
          .map((each) => text(each && [each.wish, each.stage, each.after, each.refusal]))
          .toSorted(),
      ]),
    checkState: () => undefined,
    checkStep: () => undefined,
    checkHope,
  },
];

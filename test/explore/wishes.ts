import type { Answer } from '../../firmware-sim/behavior.js';
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
  /** A copy of another wish that named this one was answered. */
  readonly gone: boolean;
}

/** What the car does on a link. */
interface Doing {
  readonly wish: number;
  /** What this copy names: another one may name less, or more. */
  readonly voids: readonly number[];
  /** `joins`: it came by the other link, and waits for that; `known`: it is answered, when what it has to wait for is over. */
  readonly stage: 'begun' | 'over' | 'joins' | 'known';
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
  const wish = { person, id: own.length + 1, voids, at: state.now, acted: false, gone: false };
  return { ...state, wishes: [...state.wishes, wish] };
};

/** The car has an answer, which the phone hears, or not. */
const answers = (
  state: WishState,
  { wish: index, voids }: Pick<Doing, 'wish' | 'voids'>,
  answer: 'done' | Refusal,
  heard: boolean,
): WishState => {
  const wish = state.wishes[index];
  if (wish === undefined) return state;
  if (answer === 'done' && !wish.acted) broken('what is done was done', nameOf(wish));
  if (answer !== 'done' && answer !== 'fault' && wish.acted)
    broken('what is refused was not done', `${nameOf(wish)}, ${answer}`);
  const isVoid = state.wishes.some(
    (each) => each.person === wish.person && each.voids.includes(wish.id),
  );
  if (answer === 'superseded' && !isVoid) broken('only a newer wish voids', nameOf(wish));
  if (!heard || answer === 'fault' || answer === 'busy') return state;
  const wishes = state.wishes.map((each, at) => {
    if (at === index) return { ...each, told: answer };
    return each.person === wish.person && voids.includes(each.id) ? { ...each, gone: true } : each;
  });
  return { ...state, wishes };
};

const wordOf = (answer: NonNullable<Answer>): 'done' | Refusal =>
  typeof answer === 'string' ? answer : 'done';

/** A copy of a wish, which names what that voids, or a part of it. */
const comes = (
  state: WishState,
  index: number,
  link: number,
  named = Infinity,
): WishState | undefined => {
  const wish = state.wishes[index];
  if (wish === undefined || state.links[link] !== undefined) return undefined;
  if (state.now - wish.at >= AGAIN_SECONDS) return undefined;
  const copy = { wish: index, voids: wish.voids.slice(0, named) };
  if (state.links.some((each) => each?.wish === index))
    return onLink(state, link, { ...copy, stage: 'joins', after: [] });
  return looksAt(state, link, copy);
};

/** What the car does first with one that it is not at already. */
const looksAt = (
  state: WishState,
  link: number,
  copy: Pick<Doing, 'wish' | 'voids'>,
): WishState | undefined => {
  const wish = state.wishes[copy.wish];
  if (wish === undefined) return undefined;
  const { fingerprint: key } = KEYS[wish.person];
  const given = { key, id: idOf(wish.id), voids: copy.voids.map(idOf) };
  const begun = begin(state.outcomes, given, state.now, (each) =>
    state.links.some((doing) => isActing(doing) && isOf(state.wishes[doing.wish], each)),
  );
  const after = state.wishes.flatMap(({ person, id }, at) =>
    person === wish.person && begun.under.some(([byte]) => byte === id) ? [at] : [],
  );
  const next = { ...state, outcomes: begun.outcomes ?? state.outcomes };
  if (begun.answer === undefined) return onLink(next, link, { ...copy, stage: 'begun', after });
  const word = wordOf(begun.answer);
  if (after.length === 0) return answers(onLink(next, link, undefined), copy, word, true);
  const known = word === 'done' ? {} : { refusal: word };
  return onLink(next, link, { ...copy, stage: 'known', after, ...known });
};

const isActing = (doing: Doing | undefined): doing is Doing =>
  doing?.stage === 'begun' || doing?.stage === 'over';

const hasToWait = ({ links }: WishState, { after }: Doing): boolean =>
  links.some((each) => isActing(each) && after.includes(each.wish));

/** It acts, or refuses: once what it has to wait for is over. */
const acts = (state: WishState, link: number, refusal?: Refusal): WishState | undefined => {
  const doing = state.links[link];
  const wish = doing && state.wishes[doing.wish];
  if (wish === undefined || doing?.stage !== 'begun' || hasToWait(state, doing)) return undefined;
  if (refusal !== undefined) return onLink(state, link, { ...doing, stage: 'over', refusal });
  if (wish.acted) broken('a wish is done once', nameOf(wish));
  if (wish.told !== undefined) broken('what is refused is not done later', nameOf(wish));
  if (wish.gone) broken('nothing acts after what voids it was answered', nameOf(wish));
  return onLink(changed(state, doing.wish, { acted: true }), link, { ...doing, stage: 'over' });
};

/** What came of it is durable, and then told; a copy that waits for it without naming anything is told, too. */
const ends = (state: WishState, link: number, heard: boolean): WishState | undefined => {
  const doing = state.links[link];
  const wish = doing && state.wishes[doing.wish];
  if (wish === undefined || doing === undefined) return undefined;
  const { refusal, stage } = doing;
  const free = onLink(state, link, undefined);
  if (stage === 'known') {
    if (hasToWait(state, doing)) return undefined;
    return joinedBy(answers(free, doing, refusal ?? 'done', heard), doing, refusal, heard);
  }
  if (stage !== 'over') return undefined;
  const given = { key: KEYS[wish.person].fingerprint, id: idOf(wish.id) };
  const outcomes = concluded(state.outcomes, given, refusal ?? DONE, state.now);
  const told = answers({ ...free, outcomes }, doing, refusal ?? 'done', heard);
  return joinedBy(told, doing, refusal, heard);
};

/** One that has waited for that: where it names others, it is looked at now. */
const joinedBy = (
  state: WishState,
  { wish }: Doing,
  refusal: Refusal | undefined,
  heard: boolean,
): WishState | undefined => {
  const link = state.links.findIndex((each) => each?.stage === 'joins' && each.wish === wish);
  const copy = state.links[link];
  if (copy === undefined) return state;
  return copy.voids.length === 0
    ? answers(onLink(state, link, undefined), copy, refusal ?? 'done', heard)
    : looksAt(state, link, copy);
};

const happens = (
  name: string,
  apply: (state: WishState) => WishState | undefined,
): Action<WishState> => ({ name, apply });

const COMES = (['Ada', 'Gus'] as const).flatMap((person) =>
  Array.from({ length: MOST[person] ?? 0 }, (_, n) => n + 1).flatMap((id) =>
    LINKS.flatMap((link) => {
      const name = `wish ${String(id)} of ${person} comes by ${LINK_NAMES[link] ?? ''}`;
      const copy = (state: WishState, named?: number): WishState | undefined => {
        const at = state.wishes.findIndex((each) => each.person === person && each.id === id);
        return comes(state, at, link, named);
      };
      return [
        happens(name, (state) => copy(state)),
        ...(id > 1 ? [happens(`${name}, naming none`, (state) => copy(state, 0))] : []),
      ];
    }),
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
  const fresh = { voids: [], acted: false, gone: false };
  const wish = { ...fresh, person: 'Ada', id: 9, at: state.now } as const;
  const now = { ...state, links, wishes: [...state.wishes, wish] };
  const came = comes(now, state.wishes.length, 0);
  const after = came && acts(came, 0);
  if (after?.wishes.at(-1)?.acted !== true) broken('the next wish is done', 'Ada is refused');
};

/** Where nothing is lost, refused or left out, stories are longer. */
const SLOW = ACTIONS.filter(({ name }) => !/lost|loses|refuses|naming none|Gus/.test(name));

const world = (
  name: string,
  actions: readonly Action<WishState>[],
  beginning: readonly Action<WishState>[],
): World<WishState> => ({
  name,
  beginning,
  actions: () => actions,
  start: { now: START, outcomes: [], wishes: [], links: [undefined, undefined] },
  depth: 40,
  canonical: ({ now, outcomes, wishes, links }) =>
    text([
      now,
      outcomes,
      wishes.map(({ person, id, voids, at, acted, told, gone }) => [
        [person, id, voids, at],
        [acted, told, gone],
      ]),
      // Which link is which makes no difference.
      links
        .map((each) => text(each && [each.wish, each.voids, each.stage, each.after, each.refusal]))
        .toSorted(),
    ]),
  checkState: () => undefined,
  checkStep: () => undefined,
  checkHope,
});

export const WISH_WORLDS: readonly World<WishState>[] = [
  world('wishes over two links', ACTIONS, [
    WISHES,
    happens('Gus wishes', (state) => asks(state, 'Gus')),
  ]),
  world('wishes that take their time', SLOW, [WISHES]),
];

import { PIN_HASH_BYTES, PIN_SALT_BYTES } from '../../firmware-sim/memory/rights-record.js';
import type { PinRecord, PinTries } from '../../firmware-sim/memory/rights-record.js';
import {
  beginTries,
  concludeTry,
  countTry,
  NO_TRIES,
  triesOf,
  withTries,
} from '../../firmware-sim/pin-tries.js';
import type { LastTries } from '../../firmware-sim/pin-tries.js';
import { OWNERS } from './cast.js';
import type { Person } from './cast.js';
import { broken, met } from './facts.js';
import type { Action, World } from './search.js';
import { text } from './text.js';

/** The PIN to drive: an owner and a guest who know it, an owner and a guest who guess, and power cuts. */

interface PinState {
  /** In seconds. */
  readonly now: number;
  readonly pin: PinRecord | undefined;
  /** How many there were: the number of the one that there is. */
  readonly sets: number;
  readonly lastTries: LastTries;
  /** A try that is counted and not yet answered, of whom, and the number of the PIN that he typed; 0: of none. */
  readonly trying?: {
    readonly person: Person;
    readonly counted: PinRecord;
    readonly typed: number;
  };
  /** What happened: how often each of them typed one that was not found right, and when last. */
  readonly made: Readonly<Record<keyof PinTries, { readonly tries: number; readonly at: number }>>;
  /** Since when the car has power. */
  readonly power: number;
}

const TICK = 30;
const TICKS = 7;
const MOST_SETS = 2;

const roleOf = (person: Person): 'owner' | 'guest' => (OWNERS.includes(person) ? 'owner' : 'guest');

const who = (person: Person): keyof PinTries => (OWNERS.includes(person) ? 'owners' : 'others');

/** From the last try to the next: three are free, and from then on the wait doubles from 30 s to an hour. */
const waitFor = (tries: number): number => (tries < 3 ? 0 : Math.min(3600, 30 * 2 ** (tries - 3)));

/** A person wants to drive, and types a PIN, a wrong one, or none. */
const types = (
  state: PinState,
  person: Person,
  what: 'the PIN' | 'a wrong PIN' | 'none',
): PinState | undefined => {
  const { pin, lastTries, now, made, power } = state;
  if (pin === undefined || state.trying !== undefined) return undefined;
  const asker = triesOf({ role: roleOf(person) });
  const counted = countTry(pin, lastTries, asker, what !== 'none', now * 1000);
  if (what === 'none' && counted !== 'pin-needed')
    broken('nobody drives without the PIN', `${person} was asked for none`);
  const { tries, at } = made[who(person)];
  const mayTry = now >= Math.max(at, power) + waitFor(tries);
  if (typeof counted === 'string') {
    if (counted === 'pin-locked' && mayTry)
      broken('nobody waits for the tries of others', `${person} has tried ${String(tries)} times`);
    met('pin', counted);
    return undefined;
  }
  if (!mayTry)
    broken('a PIN is guessed no faster than that', `${person} tries after ${String(tries)} tries`);
  return {
    ...state,
    pin: counted.pin,
    lastTries: counted.lastTries,
    trying: { person, counted: counted.pin, typed: what === 'the PIN' ? state.sets : 0 },
    made: { ...made, [who(person)]: { tries: tries + 1, at: now } },
  };
};

const cleared = ({ owners, others }: PinState['made']): PinState['made'] => ({
  owners: { ...owners, tries: 0 },
  others: { ...others, tries: 0 },
});

/** The car says whether the PIN was right, and lets drive. */
const answer = (state: PinState): PinState | undefined => {
  const { trying, pin, made, ...rest } = state;
  if (trying === undefined) return undefined;
  // Nobody needs one any more.
  if (pin === undefined) return { ...rest, pin, made };
  const { person, counted, typed } = trying;
  const right = typed !== 0 && counted.salt[0] === typed;
  const concluded = concludeTry(pin, counted, triesOf({ role: roleOf(person) }), right);
  const isRight = typed === state.sets;
  if (concluded.refusal === undefined && !isRight)
    broken('nobody drives without the PIN', `${person} drove`);
  if (concluded.refusal !== undefined) {
    if (isRight) broken('who has the PIN drives', `${person} was refused`);
    met('pin', concluded.refusal);
    return { ...rest, pin: concluded.pin, made };
  }
  const { tries } = made.others;
  return {
    ...rest,
    pin: concluded.pin,
    made:
      who(person) === 'owners'
        ? cleared(made)
        : { ...made, others: { ...made.others, tries: Math.max(0, tries - 1) } },
  };
};

/** What was counted stays; who was not answered yet, is not. */
const cutPower = ({ trying: _, ...state }: PinState): PinState => ({
  ...state,
  lastTries: beginTries(state.now * 1000),
  power: state.now,
});

const set = (state: PinState): PinState | undefined => {
  const sets = state.sets + 1;
  if (sets > MOST_SETS) return undefined;
  const salt = new Uint8Array(PIN_SALT_BYTES).fill(sets);
  const pin = { salt, hash: new Uint8Array(PIN_HASH_BYTES), tries: NO_TRIES };
  return { ...state, pin, sets, made: cleared(state.made) };
};

const takeAway = (state: PinState): PinState | undefined =>
  state.pin && { ...state, pin: undefined, made: cleared(state.made) };

const card = (state: PinState): PinState | undefined =>
  state.pin && {
    ...state,
    pin: withTries(state.pin, NO_TRIES),
    made: cleared(state.made),
  };

const wait = (state: PinState, seconds: number): PinState => ({
  ...state,
  now: state.now + seconds,
});

const setsPin: Action<PinState> = { name: 'Ada sets a PIN', apply: set };

const ACTIONS: readonly Action<PinState>[] = [
  ...(
    [
      ['Ada', 'the PIN'],
      ['Ben', 'a wrong PIN'],
      ['Gus', 'the PIN'],
      ['Gus', 'none'],
      ['Hal', 'a wrong PIN'],
    ] as const
  ).map(([person, what]) => ({
    name: `${person} types ${what}`,
    attack: what === 'none',
    apply: (state: PinState) => types(state, person, what),
  })),
  { name: 'the car answers', apply: answer },
  { name: 'the car loses power', apply: cutPower },
  { name: 'the card clears the tries', apply: card },
  setsPin,
  { name: 'Ada takes the PIN away', apply: takeAway },
];

const waits: Action<PinState> = {
  name: 'half a minute passes',
  apply: (state) => wait(state, TICK),
};

/** An owner who knows it drives within the hour, whoever has tried what. */
const checkHope = (state: PinState): void => {
  if (state.pin === undefined || state.trying !== undefined) return;
  const typed = types(wait(state, 3600), 'Ada', 'the PIN');
  if (typed === undefined || answer(typed) === undefined)
    broken('who has the PIN drives', 'Ada waited for an hour');
};

const NEVER = { tries: 0, at: 0 };

export const PIN_WORLDS: readonly World<PinState>[] = [
  {
    name: 'the PIN',
    start: {
      now: 0,
      pin: undefined,
      sets: 0,
      lastTries: beginTries(0),
      made: { owners: NEVER, others: NEVER },
      power: 0,
    },
    beginning: [setsPin],
    actions: ({ now }) => (now < TICK * TICKS ? [...ACTIONS, waits] : ACTIONS),
    depth: 40,
    canonical: ({ now, pin, sets, lastTries, trying, made, power }) =>
      text([
        now,
        pin?.tries,
        sets,
        lastTries,
        trying && [trying.person, trying.counted.salt, trying.typed],
        made,
        power,
      ]),
    checkState: () => undefined,
    checkStep: () => undefined,
    checkHope,
  },
];

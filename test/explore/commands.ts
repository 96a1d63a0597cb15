import type { RememberedOutcome } from '../../firmware-sim/memory/outcome-record.js';
import { begin, concluded } from '../../firmware-sim/outcome-memory.js';
import { useKey } from '../../firmware-sim/rights/use.js';
import { COMMAND_ID_BYTES } from '../../lib/domain/commands.js';
import { DONE } from '../../lib/domain/outcomes.js';
import type { Refusal } from '../../lib/domain/refusals.js';
import * as act from './act.js';
import { KEYS, personWith } from './cast.js';
import type { Person } from './cast.js';
import { reKey } from './epochs.js';
import { broken, contextOf, keyOf } from './facts.js';
import { begins } from './menu.js';
import { checkState, checkStep } from './properties.js';
import type { Action, World } from './search.js';
import { canonical, newState } from './state.js';
import type { State } from './state.js';
import { text } from './text.js';

/** Commands that come again, for nobody knows whether the car has done them: power cuts between each commit and the answer. */

const LIMITS = { slots: 2, mostRevocations: 8 };
const TICK = 10;
const TICKS = 4;
const MOST_COMMANDS = 2;
/** For so many seconds a phone may send the same again: 15 from asking to acting, and as much for an app that sends it anew. */
const AGAIN_SECONDS = 30;

type What = 'unlock' | 'removeKey' | 'raiseEpoch';

/** What a person has asked for, under an id of his phone. */
interface Asked {
  readonly person: Person;
  readonly what: What;
  /** Of whom the key is to go. */
  readonly slot: number;
  readonly id: number;
  readonly at: number;
  readonly acted: boolean;
  /** A use was counted for it. */
  readonly counted: boolean;
}

/** A command that the car is at. */
interface Doing {
  readonly command: number;
  readonly stage: 'begun' | 'allowed' | 'over';
  readonly refusal?: Refusal;
}

interface CommandState {
  readonly rights: State;
  readonly outcomes: readonly RememberedOutcome[];
  readonly asked: readonly Asked[];
  readonly doing: readonly Doing[];
}

const idOf = ({ id }: Asked): Uint8Array => new Uint8Array(COMMAND_ID_BYTES).fill(id);

const asks = (state: CommandState, person: Person, what: What): CommandState | undefined => {
  const { asked, rights } = state;
  if (keyOf(rights.rights, person) === undefined) return undefined;
  // Phones draw their ids each for itself: two may have the same.
  const id = 1 + asked.filter((each) => each.person === person).length;
  const slot = keyOf(rights.rights, 'Gus')?.slot ?? 1;
  const command = { person, what, slot, id, at: rights.now, acted: false, counted: false };
  return { ...state, asked: [...asked, command] };
};

const changed = (state: CommandState, index: number, change: Partial<Asked>): CommandState => ({
  ...state,
  asked: state.asked.map((each, at) => (at === index ? { ...each, ...change } : each)),
});

/** The person is told what came of it. */
const told = (command: Asked, refusal: string | undefined): void => {
  const what = `${command.person}: ${command.what}`;
  if (refusal === undefined && !command.acted) broken('what is done was done', what);
  if (refusal !== undefined && refusal !== 'fault' && command.acted)
    broken('what is refused was not done', `${what}, ${refusal}`);
};

/** It comes to the car, once more perhaps. */
const comes = (state: CommandState, index: number): CommandState | undefined => {
  const { rights, outcomes, asked, doing } = state;
  const command = asked[index];
  if (command === undefined || rights.now - command.at >= AGAIN_SECONDS) return undefined;
  if (keyOf(rights.rights, command.person) === undefined || doing.length > 1) return undefined;
  const wish = { key: KEYS[command.person].fingerprint, id: idOf(command), voids: [] };
  const begun = begin(outcomes, wish, rights.now, ({ key, id }) =>
    doing.some((each) => {
      const at = asked[each.command];
      return at !== undefined && KEYS[at.person].fingerprint === key && at.id === id[0];
    }),
  );
  if (begun.answer === undefined)
    return {
      ...state,
      outcomes: begun.outcomes ?? outcomes,
      doing: [...doing, { command: index, stage: 'begun' }],
    };
  told(command, typeof begun.answer === 'string' ? begun.answer : undefined);
  return state;
};

const acts = (state: CommandState, index: number, rights: State): CommandState => {
  const command = state.asked[index];
  if (command?.acted === true) broken('a command acts once', `${command.person}: ${command.what}`);
  return changed({ ...state, rights }, index, { acted: true });
};

/** One step of what it is at, each of which ends with a commit or with what cannot be taken back. */
const goesOn = (state: CommandState, at: number): CommandState | undefined => {
  const now = state.doing[at];
  const command = now && state.asked[now.command];
  if (now === undefined || command === undefined) return undefined;
  const { rights, outcomes, doing } = state;
  const to = (next: Omit<Doing, 'command'>, after = state): CommandState => ({
    ...after,
    doing: doing.map((each) => (each === now ? { command: now.command, ...next } : each)),
  });
  switch (now.stage) {
    case 'begun':
      return allows(state, now.command, to);
    case 'allowed': {
      const done = actOf(state, command);
      return done === undefined
        ? to({ stage: 'over', refusal: 'no-such-key' })
        : to({ stage: 'over' }, acts(state, now.command, done));
    }
    case 'over': {
      told(command, now.refusal);
      const { fingerprint } = KEYS[command.person];
      return {
        ...state,
        outcomes: concluded(
          outcomes,
          { key: fingerprint, id: idOf(command) },
          now.refusal ?? DONE,
          rights.now,
        ),
        rights,
        doing: doing.filter((each) => each !== now),
      };
    }
  }
};

/** Who may, is counted a use where they are limited. */
const allows = (
  state: CommandState,
  index: number,
  to: (next: Omit<Doing, 'command'>, after?: CommandState) => CommandState,
): CommandState => {
  const command = state.asked[index];
  const key = command && keyOf(state.rights.rights, command.person);
  if (command === undefined || key === undefined)
    return to({ stage: 'over', refusal: 'not-permitted' });
  const use = useKey(state.rights.rights, key, command.what, contextOf(state.rights, LIMITS));
  if (typeof use === 'string') return to({ stage: 'over', refusal: use });
  if (!use.allowance.counts) return to({ stage: 'allowed' });
  if (command.counted) broken('no use is counted twice', command.person);
  const rights = act.unlock(state.rights, command.person, LIMITS) ?? state.rights;
  return to({ stage: 'allowed' }, changed({ ...state, rights }, index, { counted: true }));
};

const actOf = ({ rights }: CommandState, { what, slot }: Asked): State | undefined => {
  switch (what) {
    case 'unlock':
      return rights;
    case 'raiseEpoch':
      return reKey(rights, LIMITS);
    case 'removeKey': {
      const key = rights.rights.keys.find((each) => each.slot === slot);
      return key && act.remove(rights, personWith(key.publicKey), LIMITS);
    }
  }
};

const happens = (
  name: string,
  apply: (state: CommandState) => CommandState | undefined,
): Action<CommandState> => ({ name, apply });

const withRights =
  (apply: (state: State) => State | undefined) =>
  (state: CommandState): CommandState | undefined => {
    const rights = apply(state.rights);
    return rights && { ...state, rights };
  };

const ASKS = (
  [
    ['Gus', 'unlock'],
    ['Ada', 'removeKey'],
    ['Ada', 'raiseEpoch'],
  ] as const
).map(([person, what]) => happens(`${person} asks: ${what}`, (state) => asks(state, person, what)));
const indexes = [...Array(MOST_COMMANDS).keys()];
const COMES = indexes.map((at) =>
  happens(`command ${String(at)} comes to the car`, (state) => comes(state, at)),
);
const GOES_ON = [0, 1].map((at) =>
  happens(`the car goes on with the ${at === 0 ? 'first' : 'second'}`, (state) =>
    goesOn(state, at),
  ),
);
const OTHER = [
  happens('the car loses power', (state) =>
    state.doing.length > 0 ? { ...state, doing: [] } : undefined,
  ),
  happens(
    'Hal shows his grant',
    withRights((state) => act.show(state, state.words.length - 1, LIMITS)),
  ),
];
const waits = happens(
  'ten seconds pass',
  withRights((state) => act.wait(state, TICK)),
);

/** What was interrupted keeps nobody out: an owner's next command is done. */
const checkHope = (state: CommandState): void => {
  let now = asks({ ...state, doing: [] }, 'Ada', 'unlock');
  now = now && comes(now, state.asked.length);
  while (now !== undefined && now.doing.length > 0) now = goesOn(now, 0);
  if (now?.asked.at(-1)?.acted !== true) broken('somebody can get in', 'Ada is refused');
};

const grants = (to: Person, uses: number): Action<CommandState> =>
  happens(
    `Ada signs a grant for ${to}`,
    withRights((state) => act.grant(state, { by: 'Ada', to, dating: 'honest', uses })),
  );

export const COMMAND_WORLDS: readonly World<CommandState>[] = [
  {
    name: 'commands that come again',
    start: { rights: newState, outcomes: [], asked: [], doing: [] },
    beginning: [
      ...begins(LIMITS, ['Ada']).map(({ name, apply }) => happens(name, withRights(apply))),
      grants('Gus', 2),
      happens(
        'Gus shows his grant',
        withRights((state) => act.show(state, 1, LIMITS)),
      ),
      grants('Hal', 0),
    ],
    actions: ({ rights, asked }) => [
      ...(asked.length < MOST_COMMANDS ? ASKS : []),
      ...COMES,
      ...GOES_ON,
      ...OTHER,
      ...(rights.now < newState.now + TICK * TICKS ? [waits] : []),
    ],
    depth: 40,
    canonical: ({ rights, outcomes, asked, doing }) =>
      text([
        canonical(rights),
        outcomes,
        asked,
        doing.map(({ command, stage, refusal }) => [command, stage, refusal]),
      ]),
    checkState: ({ rights, asked }) => {
      checkState(rights, LIMITS);
      const used = keyOf(rights.rights, 'Gus')?.grant?.used;
      if (used === undefined) return;
      const counted = asked.filter((each) => each.counted).length;
      const acted = asked.filter(({ acted: done, what }) => done && what === 'unlock').length;
      if (used !== counted) broken('no use is lost', `${String(counted)} of ${String(used)}`);
      if (acted > used) broken('a use is counted before the car acts', `${String(acted)} times`);
    },
    checkStep: (before, after, byCard) => {
      checkStep(before.rights, after.rights, byCard);
    },
    checkHope,
  },
];

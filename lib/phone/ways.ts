/**
 * Over which of two ways a car is asked, as a plain function (state, input) -> { state, effects }: one begins, the
 * other joins when that fails or has had its head start, and what the car answers first counts. See race.ts.
 */

/** How a phone reaches a car: over Bluetooth, or through the cloud. */
export type Way = 'ble' | 'cloud';

/** Both of them, or one. `auto`: Bluetooth first; `cloud`: the cloud first; `ble`: Bluetooth alone. */
export type ViaOption = 'auto' | Way;

export const VIAS = ['auto', 'ble', 'cloud'] as const satisfies readonly ViaOption[];

/** The first of them begins. */
export const orderOf = (via: ViaOption): readonly Way[] =>
  via === 'ble' ? ['ble'] : via === 'auto' ? ['ble', 'cloud'] : ['cloud', 'ble'];

/** How long the first way has before the other joins, in milliseconds. */
export const HEAD_START_MS: Readonly<Record<Way, number>> = { ble: 1_500, cloud: 800 };

/** So long it has once it has heard the car: a link over Bluetooth takes less, unless somebody plays an advertisement. */
export const HEARD_MS = 3_000;

export interface Choice {
  readonly order: readonly Way[];
  /** Those that have begun. */
  readonly begun: readonly Way[];
  /** Those of them that came to an end, or were called off. */
  readonly ended: readonly Way[];
  /** Over this one the car has said what became of the command. */
  readonly answered?: Way;
  /** The car was heard over Bluetooth: that gives it more time once. */
  readonly heard?: true;
  readonly over: boolean;
}

export type ChoiceInput =
  /** The head start is over. */
  | { readonly type: 'time' }
  /** The car was heard, and has said nothing yet. */
  | { readonly type: 'heard'; readonly way: Way }
  /** The car has said what became of the command; what follows on that link is still under way. */
  | { readonly type: 'answered'; readonly way: Way }
  /** `settles`: the call ends by it, whatever may come over the other way. */
  | { readonly type: 'ended'; readonly way: Way; readonly settles: boolean };

export type ChoiceEffect =
  | { readonly type: 'start' | 'stop'; readonly way: Way }
  /** Give a `time` after so many milliseconds, in the place of one that was to come. */
  | { readonly type: 'wait'; readonly ms: number }
  /** `by`: the way by which the call ends; none: none of them did it. */
  | { readonly type: 'over'; readonly by?: Way };

interface Step {
  readonly state: Choice;
  readonly effects: readonly ChoiceEffect[];
}

export const begin = (order: readonly Way[]): Step => {
  const [first] = order;
  const state: Choice = { order, begun: [], ended: [], over: false };
  if (first === undefined) return { state: { ...state, over: true }, effects: [{ type: 'over' }] };
  const begun = start(state, first);
  if (order.length === 1) return begun;
  return { ...begun, effects: [...begun.effects, { type: 'wait', ms: HEAD_START_MS[first] }] };
};

export const step = (state: Choice, input: ChoiceInput): Step => {
  if (state.over) return { state, effects: [] };
  const next = state.order.find((way) => !state.begun.includes(way));
  switch (input.type) {
    case 'time':
      return next === undefined || state.answered !== undefined
        ? { state, effects: [] }
        : start(state, next);
    case 'heard': {
      if (input.way !== 'ble' || state.heard || next === undefined) return { state, effects: [] };
      return { state: { ...state, heard: true }, effects: [{ type: 'wait', ms: HEARD_MS }] };
    }
    case 'answered':
      // What both are told is the same: the car remembers it by the id of the command.
      return state.answered === undefined && !state.ended.includes(input.way)
        ? stopAllBut(input.way, { ...state, answered: input.way })
        : { state, effects: [] };
    case 'ended':
      return ended(state, input.way, input.settles, next);
  }
};

const ended = (before: Choice, way: Way, settles: boolean, next: Way | undefined): Step => {
  if (before.ended.includes(way)) return { state: before, effects: [] };
  const state = { ...before, ended: [...before.ended, way] };
  if (settles || before.answered === way) return over(stopAllBut(way, state), way);
  if (next !== undefined) return start(state, next);
  return state.ended.length === state.order.length
    ? over({ state, effects: [] })
    : { state, effects: [] };
};

const start = (state: Choice, way: Way): Step => ({
  state: { ...state, begun: [...state.begun, way] },
  effects: [{ type: 'start', way }],
});

/** Nor does one begin that has not. */
const stopAllBut = (way: Way, state: Choice): Step => {
  const others = state.order.filter((each) => each !== way && !state.ended.includes(each));
  return {
    state: { ...state, begun: state.order, ended: [...state.ended, ...others] },
    effects: others
      .filter((each) => state.begun.includes(each))
      .map((each) => ({ type: 'stop', way: each })),
  };
};

const over = ({ state, effects }: Step, by?: Way): Step => ({
  state: { ...state, over: true },
  effects: [...effects, { type: 'over', ...(by && { by }) }],
});

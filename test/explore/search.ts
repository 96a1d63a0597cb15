import { Broken } from './facts.js';
import type { Limits } from './facts.js';
import { checkHope, checkState, checkStep } from './properties.js';
import { canonical, newState } from './state.js';
import type { State } from './state.js';
import { digest } from './text.js';

/** One thing that can happen: as it is told in a story, and what comes of it; undefined: it cannot. */
export interface Action {
  readonly name: string;
  readonly byCard?: boolean;
  /** It must never come to anything. */
  readonly attack?: boolean;
  apply(state: State): State | undefined;
}

/** What is searched: how a story begins, and what can happen in it. */
export interface World {
  readonly name: string;
  readonly limits: Limits;
  /** What has happened before; each must be possible. */
  readonly beginning: readonly Action[];
  actions(state: State): readonly Action[];
  readonly depth: number;
}

export interface Found {
  /** The shortest story that breaks a property, and which. */
  readonly story: readonly string[];
  readonly property: string;
}

export interface Outcome {
  readonly states: number;
  /** Steps after the beginning, of the longest story. */
  readonly depth: number;
  /** Nothing was left to try. */
  readonly complete: boolean;
  /** Actions that were offered and came to nothing each time. */
  readonly never: readonly string[];
  readonly found: Found | undefined;
}

/** A story is known by the action that came last, and the one that it was told after. */
interface Told {
  readonly name: string;
  readonly before: Told | undefined;
}

const storyOf = (told: Told | undefined): string[] => {
  const story: string[] = [];
  for (let each = told; each !== undefined; each = each.before) story.unshift(each.name);
  return story;
};

interface Node {
  readonly state: State;
  readonly told: Told | undefined;
}

/** Breadth first, so that the first story that is found is a shortest one. */
export const search = (
  world: World,
  mostStates: number,
  progress: (states: number, depth: number) => void = () => undefined,
): Outcome => {
  const offered = new Map<string, boolean>();
  const known = new Set<number>();
  let told: Told | undefined;
  let state = newState;
  const step = (before: State, action: Action): State | undefined => {
    const after = action.apply(before);
    if (after !== undefined) checkStep(before, after, action.byCard === true);
    return after;
  };
  const outcome = (depth: number, found?: Found, complete = false): Outcome => ({
    states: known.size,
    depth,
    complete,
    never: [...offered].flatMap(([name, happened]) => (happened ? [] : [name])),
    found,
  });
  const failed = (error: unknown, story: Told | undefined, depth: number): Outcome => {
    if (!(error instanceof Broken)) throw error;
    return outcome(depth, { story: storyOf(story), property: error.message });
  };
  for (const action of world.beginning) {
    told = { name: action.name, before: told };
    const after = step(state, action);
    if (after === undefined) throw new Error(`${world.name} cannot begin: ${action.name}`);
    state = after;
  }
  let level: Node[] = [{ state, told }];
  known.add(digest(canonical(state)));
  for (let depth = 1; depth <= world.depth; depth++) {
    const next: Node[] = [];
    for (const node of level) {
      for (const action of world.actions(node.state)) {
        const story: Told = { name: action.name, before: node.told };
        try {
          const after = step(node.state, action);
          if (after !== undefined) offered.set(action.name, true);
          else if (!offered.has(action.name)) offered.set(action.name, action.attack === true);
          if (after === undefined) continue;
          const id = digest(canonical(after));
          if (known.has(id)) continue;
          known.add(id);
          checkState(after, world.limits);
          if (id % HOPE_EVERY === 0) checkHope(after, world.limits);
          next.push({ state: after, told: story });
        } catch (error) {
          return failed(error, story, depth);
        }
        if (known.size >= mostStates) return outcome(depth);
      }
      if (known.size % 10_000 < 10) progress(known.size, depth);
    }
    if (next.length === 0) return outcome(depth - 1, undefined, true);
    level = next;
  }
  return outcome(world.depth);
};

/** That somebody can get in is asked of one state in so many: it takes as long as ten others. */
const HOPE_EVERY = 8;

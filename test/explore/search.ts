import { Broken } from './facts.js';
import { digest } from './text.js';

/** One thing that can happen: as it is told in a story, and what comes of it; undefined: it cannot. */
export interface Action<S> {
  readonly name: string;
  readonly byCard?: boolean;
  /** It must never come to anything. */
  readonly attack?: boolean;
  apply(state: S): S | undefined;
}

/** What is true in every state of a kind, and which of them are the same; each throws Broken. */
export interface Properties<S> {
  /** The same text for states in which the same can happen from now on. */
  canonical(state: S): string;
  checkState(state: S): void;
  checkStep(before: S, after: S, byCard: boolean): void;
  /** That something good can happen yet; asked of some states only, for it takes longer. */
  checkHope(state: S): void;
}

/** What is searched: how a story begins, and what can happen in it. */
export interface World<S> extends Properties<S> {
  readonly name: string;
  readonly start: S;
  /** What has happened before; each must be possible. */
  readonly beginning: readonly Action<S>[];
  actions(state: S): readonly Action<S>[];
  readonly depth: number;
}

export interface Found {
  /** The shortest story that breaks a property, and which. */
  readonly story: readonly string[];
  readonly property: string;
}

export interface Outcome {
  readonly states: number;
  /** So many steps after the beginning every story was searched; with `found`, the steps of that. */
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

interface Node<S> {
  readonly state: S;
  readonly told: Told | undefined;
}

/** Breadth first, so that the first story that is found is a shortest one. */
export const search = <S>(
  world: World<S>,
  mostStates: number,
  progress: (states: number, depth: number) => void = () => undefined,
): Outcome => {
  const offered = new Map<string, boolean>();
  const known = new Set<number>();
  let told: Told | undefined;
  let state = world.start;
  const step = (before: S, action: Action<S>): S | undefined => {
    const after = action.apply(before);
    if (after !== undefined) world.checkStep(before, after, action.byCard === true);
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
  let level: Node<S>[] = [{ state, told }];
  known.add(digest(world.canonical(state)));
  for (let depth = 1; depth <= world.depth; depth++) {
    const next: Node<S>[] = [];
    for (const node of level) {
      for (const action of world.actions(node.state)) {
        const story: Told = { name: action.name, before: node.told };
        try {
          const after = step(node.state, action);
          if (after !== undefined) offered.set(action.name, true);
          else if (!offered.has(action.name)) offered.set(action.name, action.attack === true);
          if (after === undefined) continue;
          const id = digest(world.canonical(after));
          if (known.has(id)) continue;
          known.add(id);
          world.checkState(after);
          if (id % HOPE_EVERY === 0) world.checkHope(after);
          next.push({ state: after, told: story });
        } catch (error) {
          return failed(error, story, depth);
        }
        if (known.size >= mostStates) return outcome(depth - 1);
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

import { Broken } from '../facts.js';
import type { Outcome } from '../search.js';
import { alphabets } from './alphabets.js';
import { Ends } from './ends.js';
import { BEFORE, beginning } from './events.js';
import { Memory, nameOf } from './memory.js';
import type { State } from './memory.js';
import type { Event } from './state.js';

/** What can happen on one side, by name: what people say and do, and how it gets about. */
export interface Side {
  readonly words: Readonly<Record<string, Event>>;
  /** Of several, each. */
  readonly ways: Readonly<Record<string, readonly Event[]>>;
}

export interface OutageWorld {
  readonly name: string;
  /** By BLE and by hand. */
  readonly near: Side;
  /** By the cloud. */
  readonly far: Side;
  /** What lies in the cloud when the outage begins, which nobody has fetched. */
  readonly left?: readonly Event[];
}

/** So many events on each side; of all kinds at once, fewer. */
const MOST = 4;
const MOST_OF_ALL_KINDS = 2;

interface Kind {
  readonly name: string;
  readonly events: readonly Event[];
  readonly side: 'near' | 'far';
  readonly isWord: boolean;
}

const kindsOn = (side: Kind['side'], { words, ways }: Side): readonly Kind[] => [
  ...Object.entries(words).map(([name, event]) => ({ name, events: [event], side, isWord: true })),
  ...Object.entries(ways).map(([name, events]) => ({ name, events, side, isWord: false })),
];

export const kindsOf = ({ near, far }: OutageWorld): readonly Kind[] => [
  ...kindsOn('near', near),
  ...kindsOn('far', far),
];

/** What is searched to its end, one after the other. */
export const searches = (kinds: readonly Kind[]) => {
  const of = (side: Kind['side']) => kinds.filter((each) => each.side === side);
  const all = {
    near: of('near').map(({ name }) => name),
    far: of('far').map(({ name }) => name),
  };
  const small = alphabets(all, (kind) => kinds.some(({ name, isWord }) => isWord && name === kind));
  return [
    { kinds, most: MOST_OF_ALL_KINDS },
    ...small.map(({ near, far }) => ({
      kinds: kinds.filter(({ name }) => [...near, ...far].includes(name)),
      most: MOST,
    })),
  ];
};

interface Node {
  readonly state: State;
  /** What happened last, and before. */
  readonly name: string;
  readonly before: Node | undefined;
  /** Events on either side until then. */
  readonly near: number;
  readonly far: number;
}

const storyOf = ({ name, before }: Node): readonly string[] =>
  before === undefined ? [] : [...storyOf(before), name];

/**
 * Breadth first: every story of up to so many events on each side, each state once; first of all kinds, then of each
 * alphabet. What was once computed is remembered for all.
 */
const searchAll = async (
  world: OutageWorld,
  mostStates: number,
  progress: (states: number, depth: number) => void,
): Promise<Outcome> => {
  const memory = new Memory();
  const kinds = kindsOf(world);
  const never = new Set(kinds.map(({ name }) => name));
  const checked = new Set<string>();
  const found = { never: [], found: undefined, complete: false };
  let deepest = 0;
  const state = await memory.inOrder(memory.state(beginning()), [...BEFORE, ...(world.left ?? [])]);
  const ends = new Ends(memory);
  for (const { kinds: few, most } of searches(kinds)) {
    /** With how many events on each side a state was reached: fewer leave more to come. */
    const reached = new Map<string, (readonly [number, number])[]>();
    let level: readonly Node[] = [{ state, name: '', before: undefined, near: 0, far: 0 }];
    for (let depth = 0; level.length > 0; depth++) {
      const next: Node[] = [];
      for (const node of level) {
        const id = nameOf(node.state);
        const before = reached.get(id) ?? [];
        if (before.some(([n, f]) => n <= node.near && f <= node.far)) continue;
        reached.set(id, [...before, [node.near, node.far]]);
        try {
          if (!checked.has(id)) await ends.check(node.state);
        } catch (error) {
          if (!(error instanceof Broken)) throw error;
          const broken = { story: storyOf(node), property: error.message };
          return { ...found, states: checked.size + 1, depth, found: broken };
        }
        checked.add(id);
        progress(checked.size, depth);
        if (checked.size >= mostStates) return { ...found, states: checked.size, depth: deepest };
        for (const { name, events, side } of few) {
          if (node[side] >= most) continue;
          for (const [index, event] of events.entries()) {
            const after = await memory.after(node.state, event);
            if (after === undefined) continue;
            never.delete(name);
            const told = events.length === 1 ? name : `${name} (${String(index)})`;
            const counted = { ...node, [side]: node[side] + 1 };
            next.push({ ...counted, state: after, name: told, before: node });
          }
        }
      }
      level = next;
    }
    deepest = 2 * MOST_OF_ALL_KINDS;
  }
  return {
    states: checked.size,
    depth: 2 * MOST,
    complete: true,
    never: [...never],
    found: undefined,
  };
};

/** Where an error was made nobody asks, and to find out takes a tenth of the time. */
export const searchOutage = async (
  world: OutageWorld,
  mostStates: number,
  progress: (states: number, depth: number) => void = () => undefined,
): Promise<Outcome> => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await searchAll(world, mostStates, progress);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
};

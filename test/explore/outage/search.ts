import { broken, Broken } from '../facts.js';
import type { Found, Outcome } from '../search.js';
import { BEFORE, beginning, bring, delivered, exchanged, later, sync, unlocks, visit } from './events.js';
import { Memory } from './memory.js';
import type { State } from './memory.js';
import { getsIn } from './oracle.js';
import { PARTS } from './state.js';
import type { Event } from './state.js';

/** What can happen on one side, by name. */
export type Side = Readonly<Record<string, Event>>;

export interface OutageWorld {
  readonly name: string;
  /** By BLE and by hand. */
  readonly near: Side;
  /** By the cloud. */
  readonly far: Side;
  /** What lies in the cloud when the outage begins, which nobody has fetched. */
  readonly left?: readonly Event[];
  /** So many events on each side. */
  readonly most: number;
}

/** At most so many lists are left in one story; one that is not there cannot be brought. */
const BRING = [0, 1, 2, 3, 4, 5, 6, 7].map(bring);
const [visitAda, visitGus] = [visit('Ada'), visit('Gus')];
const [syncAda, syncBen, syncGus] = [sync('Ada'), sync('Ben'), sync('Gus')];

/** Three very different orders in which all is delivered in the end, ten minutes later. */
const ENDS: Readonly<Record<string, readonly Event[]>> = {
  'phones first': [
    ...[visitAda, syncAda, syncBen, syncGus, visitGus, visitAda],
    ...BRING,
    ...[syncGus, visitGus],
  ],
  'the cloud first, the newest first': [
    ...[syncBen, syncAda, ...BRING.toReversed()],
    ...[syncGus, visitGus, visitAda, syncGus, visitGus, visitAda],
    syncBen,
  ],
  'a car that the cloud never reaches again': [
    ...[syncBen, syncGus, syncAda, syncGus, visitGus, visitAda],
    ...[syncGus, visitGus, syncAda, visitAda, syncBen],
  ],
};


/** What is wrong besides, in the order in which it is asked. */
const ASKED: readonly (readonly [what: string, is: Event])[] = [
  ...(['Ada', 'Ben', 'Gus'] as const).map(
    (phone) => [`what was exchanged is: ${phone}`, exchanged(phone)] as const,
  ),
  ['everything is delivered: to the car', delivered('Ada')],
];

/** Whether the guest is in then, and what is wrong besides. */
interface End {
  readonly isIn: boolean;
  readonly wrong: string | undefined;
}

/** What comes of orders from one of their steps on: stories that differ soon come to the same. */
class Ends {
  readonly #memory: Memory;
  readonly #known = Object.values(ENDS).map((order) => order.map(() => new Map<string, End>()));

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  async of(state: State): Promise<readonly End[]> {
    const ends: End[] = [];
    for (const [index, order] of Object.values(ENDS).entries()) {
      ends.push(await this.#by(order, this.#known[index] ?? [], state));
    }
    return ends;
  }

  get size() { return this.#known.map((k)=>k.reduce((n,m)=>n+m.size,0)).join(); }

  async #by(
    order: readonly Event[],
    known: readonly Map<string, End>[],
    state: State,
  ): Promise<End> {
    let now = state;
    let end: End | undefined;
    const met: (readonly [Map<string, End>, string])[] = [];
    for (const [at, event] of order.entries()) {
      const ends = known[at] ?? new Map<string, End>();
      const id = nameOf(now);
      end = ends.get(id);
      if (end !== undefined) break;
      met.push([ends, id]);
      now = await after(this.#memory, event, now);
    }
    end ??= await this.#at(now);
    for (const [ends, id] of met) ends.set(id, end);
    return end;
  }

  async #at(state: State): Promise<End> {
    const isIn = await is(this.#memory, unlocks, state);
    for (const [what, event] of ASKED) {
      if (!(await is(this.#memory, event, state))) return { isIn, wrong: what };
    }
    return { isIn, wrong: undefined };
  }
}

const TOLD = PARTS.indexOf('told');

/** Of all but what was said. */
const nameOf = (state: State): string => {
  let name = '';
  for (let at = 0; at < TOLD; at++) name += String.fromCharCode((state[at] ?? 0) & 0xffff, (state[at] ?? 0) >> 16);
  return name;
};

const is = async (memory: Memory, event: Event, state: State): Promise<boolean> =>
  (memory.known(event, state) ?? (await memory.happen(event, state))).happened;

/** What comes to nothing is left out. */
const after = async (memory: Memory, event: Event, state: State): Promise<State> => {
  const came = memory.known(event, state) ?? (await memory.happen(event, state));
  return came.happened ? memory.after(state, came) : state;
};

const inOrder = async (memory: Memory, events: readonly Event[], state: State): Promise<State> => {
  let now = state;
  for (const event of events) now = await after(memory, event, now);
  return now;
};

interface Node {
  readonly state: State;
  readonly name: string;
  readonly before: Node | undefined;
  /** Events on either side until then. */
  readonly near: number;
  readonly far: number;
}

const storyOf = (node: Node): readonly string[] =>
  node.before === undefined ? [] : [...storyOf(node.before), node.name];

/** Breadth first: every story of up to so many events on each side, each state once. */
export const searchOutage = async (
  { near, far, left = [], most }: OutageWorld,
  mostStates: number,
  progress: (states: number, depth: number) => void = () => undefined,
): Promise<Outcome> => {
  const memory = new Memory();
  const ends = new Ends(memory);
  const never = new Set([...Object.keys(near), ...Object.keys(far)]);
  /** With how many events on each side a state was reached: fewer leave more to come. */
  const reached = new Map<string, (readonly [number, number])[]>();
  const isNew = (id: string, { near: n, far: f }: Node): boolean => {
    const before = reached.get(id) ?? [];
    if (before.some(([a, b]) => a <= n && b <= f)) return false;
    reached.set(id, [...before, [n, f]]);
    return true;
  };
  const outcome = (depth: number, complete: boolean, found?: Found): Outcome => ({
    states: reached.size,
    depth,
    complete,
    never: complete ? [...never] : [],
    found,
  });
  const check = async (state: State): Promise<void> => {
    const wanted = getsIn(memory.value(state, 'told'));
    const all = await ends.of(await after(memory, later, state));
    for (const [index, name] of Object.keys(ENDS).entries()) {
      const { isIn, wrong } = all[index] ?? broken('an end', name);
      if (isIn && !wanted) broken('who was taken away last stays out', name);
      if (!isIn && wanted) broken('who nobody took gets in', name);
      if (wrong !== undefined) broken(wrong, name);
    }
  };
  const sides = [
    ...Object.entries(near).map(([name, event]) => ({ name, event, n: 1, f: 0 })),
    ...Object.entries(far).map(([name, event]) => ({ name, event, n: 0, f: 1 })),
  ];
  const state = await inOrder(memory, [...BEFORE, ...left], memory.state(beginning()));
  let level: readonly Node[] = [{ state, name: '', before: undefined, near: 0, far: 0 }];
  for (let depth = 0; level.length > 0; depth++) {
    const next: Node[] = [];
    for (const node of level) {
      try {
        const id = `${nameOf(node.state)}${String(node.state[TOLD])}`;
        const known = reached.has(id);
        if (!isNew(id, node)) continue;
        if (!known) await check(node.state);
        progress(reached.size, depth);
        if (reached.size >= mostStates) return outcome(depth, false);
        for (const { name, event, n, f } of sides) {
          if (node.near + n > most || node.far + f > most) continue;
          const came = memory.known(event, node.state) ?? (await memory.happen(event, node.state));
          if (!came.happened) continue;
          never.delete(name);
          const state = memory.after(node.state, came);
          next.push({ state, name, before: node, near: node.near + n, far: node.far + f });
        }
      } catch (error) {
        if (!(error instanceof Broken)) throw error;
        return outcome(depth, false, { story: storyOf(node), property: error.message });
      }
    }
    if (process.env['DBG']) console.error('level', depth, level.length, 'reached', reached.size, 'happened', memory.happened, memory.sizes(), ends.size, Math.round(process.uptime()), Math.round(process.memoryUsage().rss/1e6)+'MB');
    level = next;
  }
  return outcome(2 * most, true);
};

import { broken, Broken } from '../facts.js';
import type { Found, Outcome } from '../search.js';
import { digest } from '../text.js';
import { beforeOutage, bring, exchanged, inOrder, sync, unlocks, visit } from './events.js';
import type { Event } from './events.js';
import { getsIn } from './oracle.js';
import { canonical } from './state.js';
import type { OutageState } from './state.js';

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
const LISTS = [0, 1, 2, 3, 4, 5, 6, 7];

/** Three very different orders in which all is delivered in the end, ten minutes later. */
const ENDS: Readonly<Record<string, readonly Event[]>> = {
  'phones first': [
    ...[visit('Ada'), sync('Ada'), sync('Ben'), sync('Gus'), visit('Gus'), visit('Ada')],
    ...LISTS.map(bring),
    ...[sync('Gus'), visit('Gus')],
  ],
  'the cloud first, the newest first': [
    ...[sync('Ben'), sync('Ada'), ...LISTS.map(bring).reverse()],
    ...[sync('Gus'), visit('Gus'), visit('Ada'), sync('Gus'), visit('Gus'), visit('Ada')],
    sync('Ben'),
  ],
  'a car that the cloud never reaches again': [
    ...[sync('Ben'), sync('Gus'), sync('Ada'), sync('Gus'), visit('Gus'), visit('Ada')],
    ...[sync('Gus'), visit('Gus'), sync('Ada'), visit('Ada'), sync('Ben')],
  ],
};

const LATER = 600;

/** Whether the guest is in then, and what is wrong besides. */
interface End {
  readonly isIn: boolean;
  readonly wrong: string | undefined;
}

const endOf = async (state: OutageState): Promise<End> => {
  const isIn = await unlocks(state);
  for (const phone of ['Ada', 'Ben', 'Gus'] as const)
    if (!(await exchanged(state, phone))) return { isIn, wrong: `what was exchanged is: ${phone}` };
  const waits = (state.phones.Ada.outbox ?? []).length > 0;
  return { isIn, wrong: waits ? 'everything is delivered: to the car' : undefined };
};

/** What comes of an order from one of its steps on: stories that differ soon come to the same. */
type Ends = Map<string, End>;

const endBy = async (
  known: Ends,
  name: string,
  order: readonly Event[],
  state: OutageState,
  at = 0,
): Promise<End> => {
  const id = `${name} ${String(at)} ${String(digest(canonical(state)))}`;
  const before = known.get(id);
  if (before !== undefined) return before;
  const event = order[at];
  const end =
    event === undefined
      ? await endOf(state)
      : await endBy(known, name, order, (await event(state)) ?? state, at + 1);
  known.set(id, end);
  return end;
};

/** @throws Broken where somebody is in who should not be, or the other way round */
const checkEnds = async (known: Ends, state: OutageState): Promise<void> => {
  const wanted = getsIn(state.said);
  const later = { ...state, now: state.now + LATER };
  for (const [name, order] of Object.entries(ENDS)) {
    const { isIn, wrong } = await endBy(known, name, order, later);
    if (isIn && !wanted) broken('who was taken away last stays out', name);
    if (!isIn && wanted) broken('who nobody took gets in', name);
    if (wrong !== undefined) broken(wrong, name);
  }
};

interface Node {
  readonly state: OutageState;
  readonly story: readonly string[];
  /** Events on either side until then. */
  readonly near: number;
  readonly far: number;
}

/** Breadth first: every story of up to so many events on each side, each state once. */
export const searchOutage = async (
  { near, far, left = [], most }: OutageWorld,
  mostStates: number,
  progress: (states: number, depth: number) => void = () => undefined,
): Promise<Outcome> => {
  const ends: Ends = new Map();
  const never = new Set([...Object.keys(near), ...Object.keys(far)]);
  /** With how many events on each side a state was reached: fewer leave more to come. */
  const reached = new Map<number, (readonly [number, number])[]>();
  const isNew = (id: number, { near: n, far: f }: Node): boolean => {
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
  const first: Node = {
    state: await inOrder(await beforeOutage(), left),
    story: [],
    near: 0,
    far: 0,
  };
  let level: readonly Node[] = [first];
  for (let depth = 0; level.length > 0; depth++) {
    const next: Node[] = [];
    for (const node of level) {
      try {
        const id = digest(canonical(node.state));
        const known = reached.has(id);
        if (!isNew(id, node)) continue;
        if (!known) await checkEnds(ends, node.state);
        progress(reached.size, depth);
        if (reached.size >= mostStates) return outcome(depth, false);
        const sides = [
          ...(node.near < most ? Object.entries(near).map((each) => [...each, 1, 0] as const) : []),
          ...(node.far < most ? Object.entries(far).map((each) => [...each, 0, 1] as const) : []),
        ];
        for (const [name, event, n, f] of sides) {
          const state = await event(node.state);
          if (state === undefined) continue;
          never.delete(name);
          const story = [...node.story, name];
          next.push({ state, story, near: node.near + n, far: node.far + f });
        }
      } catch (error) {
        if (!(error instanceof Broken)) throw error;
        return outcome(depth, false, { story: node.story, property: error.message });
      }
    }
    level = next;
  }
  return outcome(2 * most, true);
};

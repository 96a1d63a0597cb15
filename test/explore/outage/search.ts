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

/** In the end all is delivered, in two very different orders, twice, and five minutes after. */
const ENDS: readonly (readonly [string, readonly Event[]])[] = [
  [
    'phones first',
    [
      ...[visit('Ada'), sync('Ada'), sync('Ben'), sync('Gus'), visit('Gus'), visit('Ada')],
      ...LISTS.map(bring),
    ],
  ],
  [
    'the cloud first, the newest first',
    [sync('Ben'), sync('Ada'), ...LISTS.map(bring).reverse(), sync('Gus'), visit('Gus'), visit('Ada')],
  ],
];

const LATER = 600;

/** @throws Broken where somebody is in who should not be, or the other way round */
const checkEnds = async (state: OutageState): Promise<void> => {
  const wanted = getsIn(state.said);
  const later = { ...state, now: state.now + LATER };
  for (const [name, order] of ENDS) {
    const once = await inOrder(later, order);
    const end = await inOrder(once, [...order, visit('Gus'), sync('Ada'), sync('Ben'), sync('Gus')]);
    const isIn = await unlocks(end);
    if (isIn && !wanted) broken('who was taken away last stays out', name);
    if (!isIn && wanted) broken('who nobody took gets in', name);
    for (const phone of ['Ada', 'Ben', 'Gus'] as const)
      if (!(await exchanged(end, phone))) broken('what was exchanged is', `${phone}, ${name}`);
    if ((end.phones.Ada.outbox ?? []).length > 0) broken('everything is delivered', name);
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
  const first: Node = { state: await inOrder(await beforeOutage(), left), story: [], near: 0, far: 0 };
  let level: readonly Node[] = [first];
  for (let depth = 0; level.length > 0; depth++) {
    const next: Node[] = [];
    for (const node of level) {
      try {
        const id = digest(canonical(node.state));
        const known = reached.has(id);
        if (!isNew(id, node)) continue;
        if (!known) await checkEnds(node.state);
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

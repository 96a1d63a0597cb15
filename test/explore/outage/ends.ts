import { broken } from '../facts.js';
import { bring, delivered, exchanged, later, sync, unlocks, visit } from './events.js';
import { nameOf } from './memory.js';
import type { Memory, State } from './memory.js';
import { getsIn } from './oracle.js';
import { PARTS } from './state.js';
import type { Event } from './state.js';

/** What comes of a state when all is delivered: who is in, and whether that is right. */

/** At most so many lists are left in one story; one that is not there cannot be brought. */
export const BRING = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(bring);
const [visitAda, visitGus] = [visit('Ada'), visit('Gus')];
const [syncAda, syncBen, syncGus] = [sync('Ada'), sync('Ben'), sync('Gus')];

/** Three very different orders in which all is delivered in the end, ten minutes later. */
export const ENDS: Readonly<Record<string, readonly Event[]>> = {
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

/** What comes of the rest depends on all parts but what was told. */
const UNTOLD: number = PARTS.length - 1;

/** What comes of orders from one of their steps on: stories that differ soon come to the same. */
export class Ends {
  readonly #memory: Memory;
  readonly #known = Object.values(ENDS).map((order) => order.map(() => new Map<string, End>()));

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** @throws Broken where somebody is in who should not be, or the other way round */
  async check(state: State): Promise<void> {
    const wanted = getsIn(this.#memory.value(state, 'told'));
    const then = (await this.#memory.after(state, later)) ?? state;
    for (const [index, [name, order]] of Object.entries(ENDS).entries()) {
      const { isIn, wrong } = await this.#by(order, this.#known[index] ?? [], then);
      if (isIn && !wanted) broken('who was taken away last stays out', name);
      if (!isIn && wanted) broken('who nobody took gets in', name);
      if (wrong !== undefined) broken(wrong, name);
    }
  }

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
      const id = nameOf(now, UNTOLD);
      end = ends.get(id);
      if (end !== undefined) break;
      met.push([ends, id]);
      now = (await this.#memory.after(now, event)) ?? now;
    }
    end ??= await this.#at(now);
    for (const [ends, id] of met) ends.set(id, end);
    return end;
  }

  async #at(state: State): Promise<End> {
    const isIn = (await this.#memory.after(state, unlocks)) !== undefined;
    for (const [what, event] of ASKED) {
      if ((await this.#memory.after(state, event)) === undefined) return { isIn, wrong: what };
    }
    return { isIn, wrong: undefined };
  }
}

import { canonical } from './canonical.js';
import { tell } from './oracle.js';
import type { Said } from './oracle.js';
import { Draft, exactly, PARTS } from './state.js';
import type { Event, Part, Parts, Seen } from './state.js';

/** A state: of each part, in the order of PARTS, the number of its value. */
export type State = readonly number[];

/** What came of an event. */
interface Came {
  readonly happened: boolean;
  readonly changed: readonly (readonly [part: number, value: number])[];
  readonly said: readonly Said[];
  /** What was told then, by what had been told before. */
  readonly told: Map<number, number>;
}

/** An event looks at a part first of all; what it does then depends on its value. */
interface Looks {
  readonly part: number;
  readonly then: Map<number, Looks | Came>;
}

const TOLD = PARTS.indexOf('told');

/** Of its first parts. */
export const nameOf = (state: State, parts: number = PARTS.length): string => {
  let name = '';
  for (let at = 0; at < parts; at++) {
    const value = state[at] ?? 0;
    name += String.fromCharCode(value & 0xffff, value >> 16);
  }
  return name;
};

/**
 * Values of parts by number, and what came of events. An event is deterministic and sees a state through its Draft
 * alone: where all that it has read is the same, so is what comes of it, and it need not happen again.
 */
export class Memory {
  readonly #numbers = PARTS.map(() => new Map<string, number>());
  readonly #values = PARTS.map((): unknown[] => []);
  readonly #events = new Map<Event, Looks | Came>();
  readonly #canonical: (part: Part, value: unknown) => unknown;

  /** @param one makes one of values by which the same can happen; by default what is known of that */
  constructor(one = canonical) {
    this.#canonical = one;
  }

  state(parts: Parts): State {
    return PARTS.map((part, at) => this.#number(at, parts[part]));
  }

  value<P extends Part>(state: State, part: P): Parts[P] {
    const at = PARTS.indexOf(part);
    return this.#values[at]?.[state[at] ?? -1] as Parts[P];
  }

  /** Undefined where it cannot happen. At once where what comes of it is known. */
  async after(state: State, event: Event): Promise<State | undefined> {
    const came = this.#known(event, state) ?? (await this.#happen(event, state));
    return came.happened ? this.#changed(state, came) : undefined;
  }

  /** One after the other; those that cannot happen are left out. */
  async inOrder(state: State, events: readonly Event[]): Promise<State> {
    let now = state;
    for (const event of events) now = (await this.after(now, event)) ?? now;
    return now;
  }

  #known(event: Event, state: State): Came | undefined {
    let known = this.#events.get(event);
    while (known !== undefined && 'part' in known) known = known.then.get(state[known.part] ?? -1);
    return known;
  }

  async #happen(event: Event, state: State): Promise<Came> {
    const read: number[] = [];
    const draft = new Draft((part: Seen) => {
      const at = PARTS.indexOf(part);
      if (!read.includes(at)) read.push(at);
      return this.value(state, part) as never;
    });
    const happened = await event(draft);
    const changed = Object.entries(draft.changed).flatMap(([part, value]) => {
      const at = PARTS.indexOf(part as Part);
      const isSame = value === this.value(state, part as Part);
      return isSame ? [] : [[at, this.#number(at, value)] as const];
    });
    const came = { happened, changed, said: draft.said, told: new Map<number, number>() };
    this.#remember(event, state, read, came);
    return came;
  }

  #changed(state: State, { changed, said, told }: Came): State {
    const after = [...state];
    for (const [part, value] of changed) after[part] = value;
    if (said.length === 0) return after;
    const before = state[TOLD] ?? -1;
    let now = told.get(before);
    if (now === undefined) {
      now = this.#number(TOLD, said.reduce(tell, this.value(state, 'told')));
      told.set(before, now);
    }
    after[TOLD] = now;
    return after;
  }

  #number(part: number, value: unknown): number {
    const [numbers, values] = [this.#numbers[part], this.#values[part]];
    if (numbers === undefined || values === undefined) throw new Error('no such part');
    const [name] = PARTS.slice(part);
    const kept = name === undefined ? value : this.#canonical(name, value);
    const text = exactly(kept);
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, values.length);
    return values.push(kept) - 1;
  }

  #remember(event: Event, state: State, read: readonly number[], came: Came): void {
    let put = (made: Looks | Came): void => void this.#events.set(event, made);
    let known = this.#events.get(event);
    for (const part of read) {
      if (known !== undefined && (!('part' in known) || known.part !== part))
        throw new Error('an event that does not depend on what it reads');
      const looks: Looks = known ?? { part, then: new Map() };
      if (known === undefined) put(looks);
      const value = state[part] ?? -1;
      put = (made) => void looks.then.set(value, made);
      known = looks.then.get(value);
    }
    put(came);
  }
}

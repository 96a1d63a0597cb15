import { connectHub, loadNoble } from '../../../air/index.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import type { CarConnection } from '../../../lib/phone/connection.js';
import { PhoneKey } from '../../../lib/phone/phone-key.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import { systemClock } from '../../../lib/platform/clock.js';
import { openNobleCentral } from '../../../lib/radio/noble.js';
import type { Central } from '../../../lib/radio/types.js';
import type { Trace, TraceEvent } from '../../../lib/link/message-link.js';

/**
 * `done`: the car said so. `unknown`: it may have been done. `failed`: it was not. `refused`: the car, or the
 * phone's own store, says that there is no such key.
 */
export type Outcome = 'done' | 'unknown' | 'failed' | 'refused';

/** @throws whatever is neither an answer of the car's nor the end of a link */
export const outcomeOf = async (work: Promise<unknown>): Promise<Outcome> => {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (!(error instanceof PhoneKeyError)) throw error;
    const { kind, mayHaveSucceeded } = error;
    if (mayHaveSucceeded) return 'unknown';
    if (kind === 'refused' || kind === 'key-store') return 'refused';
    if (kind === 'unreachable' || kind === 'interrupted') return 'failed';
    throw error;
  }
};

/** One phone: its name, and the keys that it holds. The radio is lent to it. */
export interface Phone {
  readonly name: string;
  readonly store: MemoryCarStore;
}

export const newPhone = (name: string): Phone => ({ name, store: new MemoryCarStore() });

/**
 * A killed car leaves links behind that the phone's controller gives up after its supervision timeout of two
 * seconds. Meanwhile another radio is used.
 */
const RADIOS = 4;

/** The radios of all phones, with real nobles, and what goes over them. */
export class Radios {
  readonly #centrals: readonly Central[];
  readonly #listeners = new Set<(event: TraceEvent) => void>();
  #used = 0;

  private constructor(centrals: readonly Central[]) {
    this.#centrals = centrals;
  }

  static async open(hub: string): Promise<Radios> {
    const centrals: Central[] = [];
    for (let i = 0; i < RADIOS; i++) {
      const transport = await connectHub(hub, { label: `phone ${i}`, position: { x: 1, y: 0 } });
      const load = () => Promise.resolve(loadNoble(transport));
      centrals.push(await openNobleCentral({ clock: systemClock, load }));
    }
    return new Radios(centrals);
  }

  /** Takes the one that has rested longest. */
  next(): void {
    this.#used = (this.#used + 1) % this.#centrals.length;
  }

  /** Tells the listener of every message until the function that is given back is called. */
  listen(listener: (event: TraceEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  pair(phone: Phone, code: string, signal: AbortSignal): Promise<unknown> {
    return this.#key(phone).pair({ code, signal });
  }

  /** Connects and gives a command. When the signal aborts, the link is closed without waiting for it. */
  async command(
    phone: Phone,
    give: (car: CarConnection, options: { signal: AbortSignal }) => Promise<unknown>,
    signal: AbortSignal,
  ): Promise<void> {
    const car = await this.#key(phone).connect({ signal });
    try {
      await give(car, { signal });
    } finally {
      const closed = car.close().catch(() => undefined);
      if (!signal.aborted) await closed;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#centrals.map((central) => central.close()));
  }

  #key({ name, store }: Phone): PhoneKey {
    const central = this.#centrals[this.#used];
    if (central === undefined) throw new Error('no radio');
    const trace: Trace = (event) => {
      for (const listener of [...this.#listeners]) listener(event);
    };
    return new PhoneKey({ central, store, name, trace });
  }
}

import type { Cancel, Clock } from './clock.js';

/**
 * A clock that stands still until it is told to move. Between two timers it lets everything that
 * became runnable run (promises, setImmediate), so that code waiting for the first one gets to set
 * the second.
 */
export class SimClock implements Clock {
  #now = 0;
  #sequence = 0;
  readonly #timers = new Map<number, { readonly at: number; readonly fn: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, fn: () => void): Cancel {
    const id = this.#sequence++;
    this.#timers.set(id, { at: this.#now + Math.max(0, ms), fn });
    return () => {
      this.#timers.delete(id);
    };
  }

  /** Moves time forward by `ms` and runs every timer that falls due, in order. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      const [id, timer] = next;
      this.#timers.delete(id);
      this.#now = timer.at;
      timer.fn();
      await settle();
    }
    this.#now = end;
  }

  /** Timers that are set and not yet due; a test that ends with some left has leaked them. */
  get pending(): number {
    return this.#timers.size;
  }

  #next(end: number): [number, { readonly at: number; readonly fn: () => void }] | undefined {
    let first: [number, { readonly at: number; readonly fn: () => void }] | undefined;
    for (const candidate of this.#timers) {
      if (candidate[1].at <= end && (first === undefined || candidate[1].at < first[1].at)) {
        first = candidate;
      }
    }
    return first;
  }
}

/** Lets pending promise reactions and immediates run. Two turns: the first may queue the second. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
};

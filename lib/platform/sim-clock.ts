import TinyQueue from 'tinyqueue';
import type { Cancel, Clock } from './clock.js';
import { check, needed, number } from './check.js';
import { inTurn } from './turn.js';

interface Timer {
  readonly at: number;
  /** Of two that fall due together, the one that was set first runs first. */
  readonly sequence: number;
  /** Whether others get a turn after it. */
  readonly stirs: boolean;
  run: (() => void) | undefined;
}

const TO_PASS = needed(number(0));

/**
 * A clock that stands still until it is told to move. Between two timers it lets everything that
 * became runnable run (promises, turns), so that code waiting for the first one gets to set
 * the second.
 */
export class SimClock implements Clock {
  #now = 0;
  #sequence = 0;
  #pending = 0;
  #stirred = false;
  readonly #timers = new TinyQueue<Timer>([], (a, b) => a.at - b.at || a.sequence - b.sequence);

  /**
   * The same time, for the machinery of a simulation, which sets timers by the million: after one of
   * these nobody gets a turn, unless it has called `stir`.
   */
  readonly quiet: Clock = {
    now: () => this.#now,
    after: (ms, fn) => this.#set(ms, fn, false),
  };

  now(): number {
    return this.#now;
  }

  after(ms: number, fn: () => void): Cancel {
    return this.#set(ms, fn, true);
  }

  /** Something has become runnable: a promise was settled, an immediate set. */
  stir(): void {
    this.#stirred = true;
  }

  /**
   * Moves time forward by `ms` and runs every timer that falls due, in order.
   * @throws PhoneKeyError `usage.invalid`
   */
  async advance(ms: number): Promise<void> {
    check('the time to pass', ms, TO_PASS);
    const end = this.#now + ms;
    await this.#settle();
    for (let timer = this.#next(end); timer !== undefined; timer = this.#next(end)) {
      this.#run(timer);
      if (this.#hasStirred()) await this.#settle();
    }
    this.#now = end;
  }

  /**
   * Moves time forward, no further than it takes, until the promise settles; gives what it gave. For what
   * waits for this clock alone: while it waits for a disk or another process, time runs away.
   */
  async until<T>(promise: Promise<T>): Promise<T> {
    const state = { settled: false };
    const settle = (): void => {
      state.settled = true;
    };
    promise.then(settle, settle);
    await this.#settle();
    while (!state.settled) {
      const timer = this.#next(Infinity);
      if (timer !== undefined) this.#run(timer);
      if (timer === undefined || this.#hasStirred()) await this.#settle();
    }
    return promise;
  }

  /** Timers that are set and not yet due; a test that ends with some left has leaked them. */
  get pending(): number {
    return this.#pending;
  }

  #set(ms: number, run: () => void, stirs: boolean): Cancel {
    const timer: Timer = {
      at: this.#now + Math.max(0, ms),
      sequence: this.#sequence++,
      stirs,
      run,
    };
    this.#timers.push(timer);
    this.#pending++;
    return () => {
      if (timer.run === undefined) return;
      timer.run = undefined;
      this.#pending--;
    };
  }

  /** The next timer until `end`, taken out; those that were cancelled are passed over. */
  #next(end: number): Timer | undefined {
    for (let timer = this.#timers.peek(); timer !== undefined; timer = this.#timers.peek()) {
      if (timer.run !== undefined && timer.at > end) return undefined;
      this.#timers.pop();
      if (timer.run !== undefined) return timer;
    }
    return undefined;
  }

  #run(timer: Timer): void {
    this.#now = timer.at;
    const { run } = timer;
    timer.run = undefined;
    this.#pending--;
    this.#stirred = timer.stirs;
    run?.();
  }

  #hasStirred(): boolean {
    return this.#stirred;
  }

  /** Lets promise reactions and immediates run. Two turns: the first may queue the second. */
  async #settle(): Promise<void> {
    do {
      this.#stirred = false;
      await new Promise<void>(inTurn);
      await new Promise<void>(inTurn);
    } while (this.#hasStirred());
  }
}

/** As `inTurn`, for what runs on this clock: a simulated one runs no timer before it. */
export const turnsOf = (clock: Clock): typeof inTurn =>
  clock instanceof SimClock
    ? (fn) => {
        clock.stir();
        inTurn(fn);
      }
    : inTurn;

/**
 * Time as the library sees it. Nothing in lib reads the wall clock or sets a timer of its own: it is
 * given a Clock, so that a test can run thirty seconds in a millisecond.
 */
export interface Clock {
  /** Milliseconds on a monotonic clock, which should run in sleep; only differences mean anything. */
  now(): number;
  /** Calls `fn` once, `ms` milliseconds from now. Returns a function that cancels it. */
  after(ms: number, fn: () => void): Cancel;
}

/** Takes back what was to happen; without effect once it has. */
export type Cancel = () => void;

/** Node takes a longer time than these 24 days for 1 ms. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** The machine's own monotonic clock; where that is Linux, it stands still while the machine is suspended. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, Math.min(ms, MAX_TIMEOUT_MS));
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Resolves so many milliseconds from now. */
export const pause = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(ms, resolve);
  });

/** Milliseconds since 1970, as the system says: for dates that people and cars compare, never for durations. */
export const systemWallTime = (): number => Date.now();

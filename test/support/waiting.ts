import type { SimClock } from '../../lib/platform/sim-clock.js';

/** Lets everything that is on its way arrive; no time passes. */
export const settle = async (clock: SimClock): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await clock.advance(0);
};

/** Moves the clock in small steps until the promise settles; gives what it gave. */
export const withTime = async <T>(clock: SimClock, promise: Promise<T>): Promise<T> => {
  const state = { settled: false };
  const done = (): void => {
    state.settled = true;
  };
  promise.then(done, done);
  while (!state.settled) await clock.advance(10);
  return promise;
};

/** A promise that the test settles. */
export const deferred = <T>() => {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settled) => {
    resolve = settled;
  });
  return { promise, resolve };
};

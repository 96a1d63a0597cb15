import type { Clock } from '../../lib/platform/clock.js';

/** Node takes a longer time than these 24 days for 1 ms. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** As `systemClock` of lib/platform, of which only types may be had here. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, Math.min(ms, MAX_TIMEOUT_MS));
    return () => {
      clearTimeout(timer);
    };
  },
};

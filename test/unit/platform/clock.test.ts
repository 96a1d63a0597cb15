import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { systemClock } from '../../../lib/platform/clock.js';

afterEach(() => {
  jest.useRealTimers();
});

describe('systemClock', () => {
  it.each([Number.POSITIVE_INFINITY, 2 ** 31, Number.MAX_SAFE_INTEGER])(
    'does not take %d ms for a moment',
    (ms) => {
      jest.useFakeTimers();
      const fn = jest.fn();
      const cancel = systemClock.after(ms, fn);
      jest.advanceTimersByTime(24 * 24 * 3_600_000);
      expect(fn).not.toHaveBeenCalled();
      cancel();
      expect(jest.getTimerCount()).toBe(0);
    },
  );

  it('calls once after the time, and not when it was cancelled', () => {
    jest.useFakeTimers();
    const fn = jest.fn();
    systemClock.after(10, fn);
    systemClock.after(10, fn)();
    jest.advanceTimersByTime(9);
    expect(fn).toHaveBeenCalledTimes(0);
    jest.advanceTimersByTime(100);
    expect(fn).toHaveBeenCalledTimes(1);
  });
});

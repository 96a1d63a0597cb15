import { describe, expect, it, jest } from '@jest/globals';
import { LONGEST_HOLD_MS, runSiege } from './world/siege.js';
import { HABITS } from './world/stranger.js';
import type { Habit } from './world/stranger.js';
import type { Stack } from './world/world.js';

// Each waits for strangers to be put out; a busy machine takes its time.
jest.setTimeout(90_000);

const ONE: Stack[] = ['bleno', { direct: 1 }];

describe('a stranger who takes the only link of a car again and again', () => {
  it.each(HABITS)('and %s holds it for 5 s at most, and the owner gets in', async (habit) => {
    for (const stack of ONE) {
      const { unlocks, atFirstCall, medianMs, mostMs, ...held } = await runSiege(
        'short',
        stack,
        [habit],
        8,
      );
      expect(held.longestHoldMs).toBeLessThan(LONGEST_HOLD_MS);
      expect(held.strangersLinks).toBeGreaterThan(20);
      expect(atFirstCall).toBeGreaterThanOrEqual(unlocks - 1);
      expect(medianMs).toBeLessThan(10_000);
      expect(mostMs).toBeLessThan(30_000);
    }
  });
});

describe('strangers who take turns', () => {
  it.each<[string, Stack, Habit[]]>([
    ['two, over bleno', 'bleno', ['says nothing', 'does not subscribe']],
    ['two, over a direct link', { direct: 1 }, ['says nothing', 'does not subscribe']],
    [
      'four at a car with three links',
      { direct: 3 },
      ['says nothing', 'says nothing', 'says a byte a second', 'does not subscribe'],
    ],
  ])('do not keep the owner out: %s', async (_what, stack, habits) => {
    const figures = await runSiege('short', stack, habits, 8);
    expect(figures.longestHoldMs).toBeLessThan(LONGEST_HOLD_MS);
    expect(figures.medianMs).toBeLessThan(10_000);
    expect(figures.mostMs).toBeLessThan(45_000);
  });
});

import { describe, expect, it } from '@jest/globals';
import { runCrowd } from './world/crowd.js';
import type { Stack } from './world/world.js';

/** The time-out of a call that nobody gave another one, in milliseconds. */
const TIMEOUT_MS = 15_000;

describe('20 phones at one car at the same time', () => {
  it.each<[string, Stack]>([
    ['over noble and bleno, which serves one at a time', 'bleno'],
    ['over one direct link at a time', { direct: 1 }],
    ['over four direct links at a time', { direct: 4 }],
    ['over as many direct links as there are phones', { direct: 20 }],
  ])('all have their turn, %s', async (_what, stack) => {
    const { opened, removed, lastMs, failures } = await runCrowd('short', stack);
    expect({ opened, failures }).toEqual({ opened: 19, failures: [] });
    expect(removed.outcome).toBe('car.not-recognised');
    expect(lastMs).toBeLessThan(TIMEOUT_MS);
  });
});

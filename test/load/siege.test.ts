import { describe, expect, it, jest } from '@jest/globals';
import { PACES } from '../../air/hub/settings.js';
import { LONGEST_HOLD_MS, runSiege } from './world/siege.js';
import type { Siege } from './world/siege.js';
import { HABITS } from './world/stranger.js';

// Each waits for strangers to be put out; a busy machine takes its time.
jest.setTimeout(90_000);

const CALLS = 5;

/** How many of the calls opened the car. */
const opened = async (siege: Siege): Promise<number> => {
  const { turns, held } = await runSiege('short', siege, CALLS);
  expect(held.length).toBeGreaterThan(10);
  expect(Math.max(...held)).toBeLessThan(LONGEST_HOLD_MS);
  return turns.filter(({ outcome }) => outcome === 'opened').length;
};

describe('a stranger who takes the only link of a car again and again', () => {
  it.each(HABITS)(
    'and %s holds it for half a second at most, and the owner gets in',
    async (habit) => {
      const siege: Siege = { stack: 'bleno', pace: 'real', enemies: [habit] };
      expect(await opened(siege)).toBeGreaterThanOrEqual(CALLS - 1);
    },
  );
});

describe('strangers who wait for the link together, each the first to ask', () => {
  it.each(PACES)('do not keep the owner out, at the pace %s', async (pace) => {
    const enemies: Siege['enemies'] = ['one address', 'new addresses'];
    expect(await opened({ stack: 'bleno', pace, enemies })).toBeGreaterThanOrEqual(CALLS - 1);
  });

  it('do not over a direct link', async () => {
    const enemies: Siege['enemies'] = ['says nothing', 'does not subscribe'];
    const siege: Siege = { stack: { direct: 1 }, pace: 'real', enemies };
    expect(await opened(siege)).toBeGreaterThanOrEqual(CALLS - 1);
  });

  it('do not at a car with three links', async () => {
    const enemies = Array.from({ length: 4 }, () => 'new addresses' as const);
    expect(await opened({ stack: 'hci', pace: 'real', enemies })).toBe(CALLS);
  });

  it('do not there when they switch their radios off instead of letting go', async () => {
    const siege: Siege = { stack: 'hci', pace: 'real', enemies: ['radio off', 'radio off'] };
    const { turns } = await runSiege('short', siege, CALLS);
    expect(turns.map(({ outcome }) => outcome)).toEqual(turns.map(() => 'opened'));
  });
});

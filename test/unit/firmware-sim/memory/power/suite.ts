import { describe, expect, it, jest } from '@jest/globals';
import { cutEverywhere } from './cut-everywhere.js';
import type { Effort } from './cut-everywhere.js';
import { decayEverywhere, weakEverywhere } from './damage.js';
import type { DamageEffort } from './damage.js';
import type { Figures } from './figures.js';
import { flashMedium } from './medium.js';
import type { Medium } from './medium.js';
import { RUNS } from './runs.js';

/** The figures go to stderr, for whoever wants to quote them. */
const expectNoFailures = (what: string, figures: Figures): void => {
  process.stderr.write(`${what}: ${String(figures)}\n`);
  expect(figures.failures).toEqual({});
  expect(figures.total()).toBeGreaterThanOrEqual(10);
};

/** Cuts the power in every run. */
export const describeCuts = (
  name: string,
  medium: () => Medium<unknown>,
  effort: Effort,
  timeout: number,
): void => {
  jest.setTimeout(timeout);
  describe(`a power cut in any step on ${name}, and another one after it,`, () => {
    it.each(Object.entries(RUNS))('loses nothing in: %s', async (run, steps) => {
      expectNoFailures(`${name}, ${run}`, await cutEverywhere(medium(), steps, effort));
    });
  });
};

/** Lets flash decay, and writes go wrong, in every run. */
export const describeDamage = (decay: DamageEffort, weak: DamageEffort, timeout: number): void => {
  jest.setTimeout(timeout);
  describe('a flash loses nothing', () => {
    it.each(Object.entries(RUNS))('when any one word decays in: %s', async (run, steps) => {
      expectNoFailures(`decay, ${run}`, await decayEverywhere(flashMedium(), steps, decay));
    });

    it.each(Object.entries(RUNS))(
      'when any one step goes wrong, and a word decays later, in: %s',
      async (run, steps) => {
        expectNoFailures(`weak, ${run}`, await weakEverywhere(flashMedium(), steps, weak));
      },
    );
  });
};

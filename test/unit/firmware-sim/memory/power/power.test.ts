import { describe, expect, it } from '@jest/globals';
import { cutEverywhere, failuresOf } from './cut-everywhere.js';
import { flashMedium } from './medium.js';
import { RUNS } from './runs.js';

describe('flash', () => {
  it.each(Object.keys(RUNS))('%s', async (name) => {
    const t = performance.now();
    const figures = await cutEverywhere(flashMedium(), RUNS[name]!, {
      first: 1,
      again: 97,
      second: 97,
    });
    process.stderr.write(`${name}: ${figures.cuts} ${figures.secondCuts} ${performance.now() - t}\n`);
    expect(failuresOf(figures)).toEqual({});
  }, 600000);
});

import { expect } from '@jest/globals';
import { runKills } from './run.js';

/** With it even 4 unlocks see the car killed while it unlocks, pairs and starts. */
const SEED = 'f';

/** The short form of `npm run load`, with the built car: needs dist/. */
export const loseNothing = async (cycles: number, killEvery: number): Promise<void> => {
  const said: string[] = [];
  const figures = await runKills({
    cycles,
    killEvery,
    seed: process.env['LOAD_SEED'] ?? SEED,
    signal: new AbortController().signal,
    say: (text) => said.push(text),
  });
  expect({ said, ...figures }).toMatchObject({
    said: [],
    ended: 'complete',
    cycles,
    unlocksRefused: 0,
    unlocksUnreached: 0,
    keysLost: 0,
    keysBack: 0,
    bootsFailed: 0,
    numbersWentBack: 0,
  });
  expect(figures.kills).toBeGreaterThanOrEqual(Math.floor(cycles / killEvery));
  expect(figures.checks).toBeGreaterThan(figures.kills);
};

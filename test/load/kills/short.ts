import { expect, it } from '@jest/globals';
import { runKills } from './kills/run.js';

/** The short form of `npm run load`, with the built car: needs dist/. */
it('15 unlocks with a car that is killed at random moments lose nothing', async () => {
  const said: string[] = [];
  const figures = await runKills({
    cycles: 15,
    killEvery: 4,
    seed: process.env['LOAD_SEED'] ?? 'short',
    signal: new AbortController().signal,
    say: (text) => said.push(text),
  });
  expect({ said, ...figures }).toMatchObject({
    said: [],
    ended: 'complete',
    cycles: 15,
    unlocksRefused: 0,
    unlocksUnreached: 0,
    keysLost: 0,
    keysBack: 0,
    bootsFailed: 0,
    numbersWentBack: 0,
  });
  expect(figures.kills).toBeGreaterThanOrEqual(3);
  expect(figures.checks).toBeGreaterThan(figures.kills);
}, 60_000);

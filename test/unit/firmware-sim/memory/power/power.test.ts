import { fileMedium, flashMedium } from './medium.js';
import { describeCuts, describeDamage } from './suite.js';

// Samples; power.exhaustive.ts takes all.
const TIMEOUT = 120_000;
const files = () => fileMedium((length) => [1, length >> 1, length - 1]);

describeCuts('flash', flashMedium, { first: 13, again: 17, second: 211, boots: 2 }, TIMEOUT);
describeCuts('files', files, { first: 3, again: 7, second: 31, boots: 2 }, TIMEOUT);
describeDamage({ points: 997, words: 101 }, { points: 197, words: 199 }, TIMEOUT);

import { fileMedium, flashMedium } from './medium.js';
import { describeCuts, describeDamage } from './suite.js';

// Samples; power.exhaustive.ts takes more.
const TIMEOUT = 120_000;
const files = () => fileMedium((length) => [1, length >> 1, length - 1]);

describeCuts('flash', flashMedium, { first: 199, again: 11, second: 997, boots: 2 }, TIMEOUT);
describeCuts('files', files, { first: 9, again: 7, second: 101, boots: 2 }, TIMEOUT);
describeDamage({ points: 5003, words: 97 }, { points: 499, words: 199 }, TIMEOUT);

import { fileMedium, flashMedium } from './medium.js';
import { describeCuts, describeDamage } from './suite.js';

// Samples; power.exhaustive.ts takes more.
const TIMEOUT = 120_000;
const files = () => fileMedium((length) => [1, length >> 1, length - 1]);

describeCuts('flash', flashMedium, { first: 349, again: 19, second: 1499, boots: 2 }, TIMEOUT);
describeCuts('files', files, { first: 15, again: 11, second: 151, boots: 2 }, TIMEOUT);
describeDamage({ points: 8009, words: 151 }, { points: 797, words: 299 }, TIMEOUT);

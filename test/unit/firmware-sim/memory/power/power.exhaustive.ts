import { everyByte } from '../crash-disk.js';
import { fileMedium, flashMedium } from './medium.js';
import { describeCuts, describeDamage } from './suite.js';

// Every first cut, each with its own share of second ones; `POWER_CUTS=all` takes all of those, too,
// and days.
const TIMEOUT = 2 ** 31 - 1;
const second = process.env['POWER_CUTS'] === 'all' ? 1 : 499;

describeCuts('flash', flashMedium, { first: 1, again: 1, second, boots: 3 }, TIMEOUT);
describeCuts(
  'files',
  () => fileMedium(everyByte),
  { first: 1, again: 499, second, boots: 2 },
  TIMEOUT,
);
describeDamage({ points: 31, words: 101 }, { points: 1, words: 997 }, TIMEOUT);

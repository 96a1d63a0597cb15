import { everyByte } from '../../../local/crash-disk.js';
import { fileMedium, flashMedium } from './medium.js';
import { describeCuts, describeDamage } from './suite.js';

// A share of about a minute. `POWER_CUTS=first` takes every first cut, each with a share of second ones, and
// hours; `POWER_CUTS=all` takes all of those, too, and days.
const { POWER_CUTS = '' } = process.env;
const TIMEOUT = 2 ** 31 - 1;
const second = POWER_CUTS === 'all' ? 1 : 499;
const files = () => fileMedium(everyByte);

if (POWER_CUTS === '') {
  describeCuts('flash', flashMedium, { first: 29, again: 11, second: 997, boots: 3 }, TIMEOUT);
  describeCuts('files', files, { first: 97, again: 97, second: 499, boots: 2 }, TIMEOUT);
  describeDamage({ points: 997, words: 97 }, { points: 97, words: 199 }, TIMEOUT);
} else {
  describeCuts('flash', flashMedium, { first: 1, again: 1, second, boots: 3 }, TIMEOUT);
  describeCuts('files', files, { first: 1, again: 499, second, boots: 2 }, TIMEOUT);
  describeDamage({ points: 31, words: 101 }, { points: 1, words: 997 }, TIMEOUT);
}

import { it } from '@jest/globals';
import { loseNothing } from './kills/short.js';

it(
  '4 unlocks with a car that is killed at random moments lose nothing',
  () => loseNothing(4, 4),
  60_000,
);

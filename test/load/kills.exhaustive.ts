import { it } from '@jest/globals';
import { loseNothing } from './kills/short.js';

it(
  '15 unlocks with a car that is killed at random moments lose nothing',
  () => loseNothing(15, 4),
  60_000,
);

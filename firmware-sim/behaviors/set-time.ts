import type { Behavior } from '../behavior.js';

export const behavior: Behavior<'setTime'> = {
  command: 'setTime',
  execute: ({ setTime }, { seconds }) => setTime(seconds),
};

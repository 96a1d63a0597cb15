import type { Behavior } from '../behavior.js';

export const behavior: Behavior<'trunk'> = {
  command: 'trunk',
  execute: ({ act }) => act({ type: 'release', closure: 'trunk' }),
};

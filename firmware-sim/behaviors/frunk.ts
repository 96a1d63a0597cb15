import type { Behavior } from '../behavior.js';

export const behavior: Behavior<'frunk'> = {
  command: 'frunk',
  execute: ({ act }) => act({ type: 'release', closure: 'frunk' }),
};

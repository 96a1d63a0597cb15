import type { Behavior } from '../behavior.js';

export const behavior: Behavior<'lock'> = {
  command: 'lock',
  execute: ({ act }) => act({ type: 'lock' }),
};

import type { Behavior } from '../behavior.js';

export const behavior: Behavior<'start'> = {
  command: 'start',
  execute: ({ act }) => act({ type: 'authorise-drive' }),
};

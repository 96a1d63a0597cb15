import type { Behavior } from '../behavior.js';

export const behavior: Behavior<'unlock'> = {
  command: 'unlock',
  execute: ({ act }) => act({ type: 'unlock' }),
};

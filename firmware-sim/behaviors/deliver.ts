import type { Behavior } from '../behavior.js';

/** Whoever has a key may bring a notice; what it may do is asked of the owner who signed it. */
export const behavior: Behavior<'deliver'> = {
  command: 'deliver',
  execute: ({ deliver }, { notice }) => deliver(notice),
};

import type { Behavior } from '../behavior.js';

export const behavior: Behavior<'raiseEpoch'> = {
  command: 'raiseEpoch',
  execute: ({ raiseEpoch }) => raiseEpoch(),
};

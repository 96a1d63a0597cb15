import type { Behavior } from '../behavior.js';

export const behavior: Behavior<'setPin'> = {
  command: 'setPin',
  execute: ({ setPin }, { pin }) => setPin(pin),
};

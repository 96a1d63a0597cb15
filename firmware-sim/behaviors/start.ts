import type { Behavior } from '../behavior.js';

export const behavior: Behavior<'start'> = {
  command: 'start',
  async execute({ act, checkPin, allowance: { speedLimit } }, { pin = '' }) {
    const refusal = await checkPin(pin);
    if (refusal !== undefined) return refusal;
    return act({ type: 'authorise-drive', ...(speedLimit === undefined ? {} : { speedLimit }) });
  },
};

import { result } from '../answers.js';
import type { Behavior } from '../behavior.js';

export const behavior: Behavior<'listKeys'> = {
  command: 'listKeys',
  execute({ keys, fingerprint }, _command, own) {
    return result({
      case: 'keys',
      value: {
        keys: keys().map((key) => ({
          slot: key.slot,
          name: key.name,
          role: key.role,
          fingerprint: fingerprint(key),
          own: key.slot === own.slot,
        })),
      },
    });
  },
};

import { result } from '../answers.js';
import type { Behavior } from '../behavior.js';
import { usesLeft } from '../key-summary.js';

export const behavior: Behavior<'listKeys'> = {
  command: 'listKeys',
  execute({ keys, fingerprint, isSuspended }, _command, own) {
    return result({
      case: 'keys',
      value: {
        keys: keys().map((key) => ({
          slot: key.slot,
          name: key.name,
          ...(key.formFactor === undefined ? {} : { formFactor: key.formFactor }),
          role: key.role,
          fingerprint: fingerprint(key),
          own: key.slot === own.slot,
          suspended: isSuspended(key),
          ...(key.grant === undefined
            ? {}
            : {
                notAfter: key.grant.terms.notAfter,
                usesLeft: (usesLeft(key.grant) ?? -1) + 1,
                grantedBy: key.grant.terms.ownerSlot + 1,
              }),
        })),
      },
    });
  },
};

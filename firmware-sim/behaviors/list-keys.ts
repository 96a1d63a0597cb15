import { NO_END } from '../../lib/credentials/grant.js';
import type { Behavior } from '../behavior.js';
import { usesLeft } from '../key-summary.js';

export const behavior: Behavior<'listKeys'> = {
  command: 'listKeys',
  execute: ({ keys, fingerprint, isSuspended }, _command, own) => ({
    type: 'keys',
    keys: keys().map((key) => {
      const { slot, name, formFactor = 'unknown', role, grant } = key;
      const notAfter = grant?.terms.notAfter ?? NO_END;
      return {
        slot,
        name,
        formFactor,
        role,
        fingerprint: fingerprint(key),
        own: slot === own.slot,
        suspended: isSuspended(key),
        notAfter: notAfter === NO_END ? null : notAfter,
        usesLeft: (grant && usesLeft(grant)) ?? null,
        grantedBy: grant?.terms.ownerSlot ?? null,
      };
    }),
  }),
};

import { fingerprint } from '../lib/credentials/key-slot.js';
import type { KeyGrant, KeySlot } from '../lib/credentials/key-slot.js';
import type { Suite } from '../lib/crypto/suite.js';
import { toHex } from '../lib/platform/bytes.js';
import type { Actor, GrantSummary, KeySummary } from './events.js';
import { isSuspended } from './rights/rights.js';
import type { Rights } from './rights/rights.js';

/** A key as the one who does something. */
export const actor = ({ slot, name }: KeySlot, via?: 'cloud'): Actor => ({
  slot,
  name,
  ...(via && { via }),
});

/** A key as the screen and the log show it; `rights` tell whether a revocation list has suspended it. */
export const summarise = (suite: Suite, key: KeySlot, rights: Rights): KeySummary => ({
  slot: key.slot,
  name: key.name,
  formFactor: key.formFactor ?? 'unknown',
  role: key.role,
  fingerprint: toHex(fingerprint(suite, key.publicKey)),
  ...(isSuspended(suite, rights, key) && { suspended: true }),
  ...(key.grant && { grant: summariseGrant(key.grant) }),
});

const summariseGrant = ({ terms, used }: KeyGrant): GrantSummary => {
  const { ownerSlot, notBefore, notAfter, uses, leaseHours } = terms;
  return {
    owner: ownerSlot,
    notBefore,
    notAfter,
    ...(uses > 0 && { usesLeft: Math.max(0, uses - used) }),
    ...(leaseHours > 0 && { leaseHours }),
  };
};

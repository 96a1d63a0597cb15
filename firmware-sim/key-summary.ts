import { isSuspended } from '../lib/credentials/policy.js';
import { fingerprint } from '../lib/credentials/key-slot.js';
import type { KeyGrant, KeySlot } from '../lib/credentials/key-slot.js';
import type { Suite } from '../lib/crypto/suite.js';
import { toHex } from '../lib/platform/bytes.js';
import { circumstancesOf } from './circumstances.js';
import type { Actor, GrantSummary, KeySummary } from './events.js';
import type { CarRecord } from './memory/record.js';

/** A key as the one who does something. */
export const actor = ({ slot, name }: KeySlot): Actor => ({ slot, name });

/** A key as the screen and the log show it; `record` tells whether a revocation list has suspended it. */
export const summarise = (suite: Suite, key: KeySlot, record: CarRecord): KeySummary => ({
  slot: key.slot,
  name: key.name,
  formFactor: key.formFactor ?? 'unknown',
  role: key.role,
  fingerprint: toHex(fingerprint(suite, key.publicKey)),
  ...(isSuspended(key, circumstancesOf(suite, record, 0)) && { suspended: true }),
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

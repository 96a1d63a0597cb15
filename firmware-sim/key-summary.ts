import { fingerprint } from '../lib/credentials/key-slot.js';
import type { KeyGrant, KeySlot } from '../lib/credentials/key-slot.js';
import type { Suite } from '../lib/crypto/suite.js';
import { toHex } from '../lib/platform/bytes.js';
import { isSuspended } from './rights/rights.js';
import type { Rights } from './rights/rights.js';
import type { GrantSummary, KeySummary } from './events.js';

/** A key as the screen and the log show it; `rights` tell whether a revocation list has suspended it. */
export const summarise = (suite: Suite, key: KeySlot, rights: Rights): KeySummary => ({
  slot: key.slot,
  name: key.name,
  formFactor: key.formFactor ?? 'unknown',
  role: key.role,
  fingerprint: toHex(fingerprint(suite, key.publicKey)),
  ...(isSuspended(suite, rights, key) ? { suspended: true } : {}),
  ...(key.grant === undefined ? {} : { grant: summariseGrant(key.grant) }),
});

/** How often it may still unlock or start; undefined for no limit. */
export const usesLeft = ({ terms, used }: KeyGrant): number | undefined =>
  terms.uses === 0 ? undefined : Math.max(0, terms.uses - used);

const summariseGrant = (grant: KeyGrant): GrantSummary => {
  const { ownerSlot, notBefore, notAfter, leaseHours } = grant.terms;
  const left = usesLeft(grant);
  return {
    owner: ownerSlot,
    notBefore,
    notAfter,
    ...(left === undefined ? {} : { usesLeft: left }),
    ...(leaseHours === 0 ? {} : { leaseHours }),
  };
};

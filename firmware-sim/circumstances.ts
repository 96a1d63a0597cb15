import { fingerprint } from '../lib/credentials/key-slot.js';
import type { RevocationEntry } from '../lib/credentials/revocation-list.js';
import type { Circumstances } from '../lib/credentials/policy.js';
import { isSuspended } from '../lib/credentials/policy.js';
import type { Suite } from '../lib/crypto/suite.js';
import { sameBytes } from '../lib/platform/bytes.js';
import { timeOf } from './car-clock.js';
import type { CarRecord } from './memory/record.js';
import type { OwnerRevocationList } from './memory/rights-record.js';
import { entriesOf, lastIssuedAt } from './revocation-lists.js';

/** What the policy is told by the car's record. */
export const circumstancesOf = (
  suite: Suite,
  { clock, revocationLists }: CarRecord,
  wallMs: number,
): Circumstances => ({
  now: timeOf(clock, wallMs),
  fingerprint: ({ publicKey }) => fingerprint(suite, publicKey),
  revocationLists: (about) => entriesAbout(revocationLists, about),
  lastIssuedAt: (ownerSlot) => lastIssuedAt(revocationLists, ownerSlot),
});

/** Finds the signing key of an owner whose signatures count: one that nobody has suspended. */
export const ownerKeyIn =
  (suite: Suite, record: CarRecord) =>
  (slot: number): Uint8Array | undefined => {
    const owner = record.keys.find((key) => key.slot === slot && key.role === 'owner');
    if (owner === undefined) return undefined;
    return isSuspended(owner, circumstancesOf(suite, record, 0)) ? undefined : owner.signingKey;
  };

/** Entries of all owners about a key. */
export const entriesAbout = (
  all: readonly OwnerRevocationList[],
  fingerprint: Uint8Array,
): readonly RevocationEntry[] =>
  all.flatMap(entriesOf).filter((entry) => sameBytes(entry.fingerprint, fingerprint));

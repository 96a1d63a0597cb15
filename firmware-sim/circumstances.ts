import { fingerprint } from '../lib/credentials/key-slot.js';
import type { NoticeEntry } from '../lib/credentials/notice.js';
import type { Circumstances } from '../lib/credentials/policy.js';
import { isSuspended } from '../lib/credentials/policy.js';
import type { Suite } from '../lib/crypto/suite.js';
import { sameBytes } from '../lib/platform/bytes.js';
import { timeOf } from './car-clock.js';
import type { CarRecord } from './memory/record.js';
import type { OwnerNotices } from './memory/rights-record.js';
import { entriesOf, lastStamp } from './notices.js';

/** What the policy is told by the car's record. */
export const circumstancesOf = (
  suite: Suite,
  { clock, notices }: CarRecord,
  wallMs: number,
): Circumstances => ({
  now: timeOf(clock, wallMs),
  fingerprint: ({ publicKey }) => fingerprint(suite, publicKey),
  notices: (about) => entriesAbout(notices, about),
  lastStamp: (ownerSlot) => lastStamp(notices, ownerSlot),
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
  all: readonly OwnerNotices[],
  fingerprint: Uint8Array,
): readonly NoticeEntry[] =>
  all.flatMap(entriesOf).filter((entry) => sameBytes(entry.fingerprint, fingerprint));

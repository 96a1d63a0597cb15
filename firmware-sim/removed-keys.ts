import { fingerprint } from '../lib/credentials/key-slot.js';
import type { KeyGrant, KeySlot } from '../lib/credentials/key-slot.js';
import { applies, pathOf } from '../lib/credentials/policy.js';
import type { Suite } from '../lib/crypto/suite.js';
import { sameBytes } from '../lib/platform/bytes.js';
import type { CarRecord } from './memory/record.js';
import { MOST_REMOVED } from './memory/rights-record.js';
import type { RemovedKey } from './memory/rights-record.js';
import { entriesOf } from './revocation-lists.js';
import { entriesAbout } from './circumstances.js';

/** Keys that go, and what the car remembers of them, so that no grant brings them back. */

export interface Removal {
  readonly record: CarRecord;
  /** All that went: with a key go those that came from it. */
  readonly gone: readonly KeySlot[];
}

/**
 * Takes a key out, and all that it had granted: of an owner every key that its grants let in, of a guest
 * those that it delegated to. Undefined where the car cannot remember one more; a new epoch makes room.
 * Keys that remove themselves fill no more than half, so that there is room for what an owner removes.
 */
export const removeFrom = (
  suite: Suite,
  record: CarRecord,
  key: KeySlot,
  by: 'itself' | 'others',
): Removal | undefined => {
  const own = fingerprint(suite, key.publicKey);
  const isGone = (other: KeySlot): boolean =>
    other.slot === key.slot ||
    other.grant?.path.some((step) => sameBytes(step.fingerprint, own)) === true ||
    (key.role === 'owner' && other.grant?.terms.ownerSlot === key.slot);
  const tombs = tombsOf(record, key, own);
  const removed = [...record.removed.filter((each) => !tombs.some(isSameKey(each))), ...tombs];
  if (tombs.length > 0 && removed.length > MOST_REMOVED / (by === 'itself' ? 2 : 1)) {
    return undefined;
  }
  return {
    record: {
      ...record,
      keys: record.keys.filter((other) => !isGone(other)),
      revocationLists: record.revocationLists.filter(({ ownerSlot }) => !isOwnerIn(key, ownerSlot)),
      removed,
    },
    gone: record.keys.filter(isGone),
  };
};

/** Whether a grant is, or came from, one of which the key was taken out. */
export const wasRemoved = (removed: readonly RemovedKey[], { path }: KeyGrant): boolean =>
  removed.some((tomb) =>
    path.some(
      (step) => step.issuedAt <= tomb.since && sameBytes(step.fingerprint, tomb.fingerprint),
    ),
  );

/** Takes out every key that a revocation list has revoked; owners' keys stay, whoever revoked them. */
export const dropRevoked = (suite: Suite, record: CarRecord): Removal => {
  const own = ({ publicKey }: KeySlot): Uint8Array => fingerprint(suite, publicKey);
  const isRevoked = (key: KeySlot): boolean =>
    key.role !== 'owner' &&
    pathOf(key, own).some((step) =>
      entriesAbout(record.revocationLists, step.fingerprint).some(
        (entry) => entry.kind === 'revoked' && applies(entry, step),
      ),
    );
  const gone = record.keys.filter(isRevoked);
  return { record: { ...record, keys: record.keys.filter((key) => !gone.includes(key)) }, gone };
};

const isOwnerIn = ({ role, slot }: KeySlot, ownerSlot: number): boolean =>
  role === 'owner' && slot === ownerSlot;

/** What to remember: the key's own grant, and what an owner that goes has revoked. */
const tombsOf = (record: CarRecord, key: KeySlot, own: Uint8Array): readonly RemovedKey[] => {
  if (key.grant !== undefined) return [{ fingerprint: own, since: key.grant.terms.issuedAt }];
  return record.revocationLists
    .filter(({ ownerSlot }) => isOwnerIn(key, ownerSlot))
    .flatMap(entriesOf)
    .filter(({ kind }) => kind === 'revoked')
    .map(({ fingerprint, since }) => ({ fingerprint, since }));
};

const isSameKey =
  (one: RemovedKey) =>
  (other: RemovedKey): boolean =>
    other.since >= one.since && sameBytes(one.fingerprint, other.fingerprint);

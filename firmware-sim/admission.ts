import type { AdmissionRefusal } from '../lib/car/host.js';
import { verifyChain } from '../lib/credentials/chain.js';
import type { VerifiedChain } from '../lib/credentials/chain.js';
import { findKey, fingerprint } from '../lib/credentials/key-slot.js';
import type { Introduction, KeyGrant, KeySlot } from '../lib/credentials/key-slot.js';
import { grantRefusal } from '../lib/credentials/policy.js';
import type { KeyPair, Suite } from '../lib/crypto/suite.js';
import { PhoneKeyError } from '../lib/errors.js';
import { sameBytes } from '../lib/platform/bytes.js';
import { raiseFloor, timeForRecords } from './car-clock.js';
import { circumstancesOf, ownerKeyIn } from './circumstances.js';
import { lowestFree, withKey } from './key-slots.js';
import type { CarRecord } from './memory/record.js';
import { wasRemoved } from './removed-keys.js';

export interface AdmittedKey {
  readonly key: KeySlot;
  /** With the key in it; undefined where it was there already. */
  readonly record?: CarRecord;
  /** It had that slot, and its grant had expired. */
  readonly evicted?: KeySlot;
  /** It was there by an older grant. */
  readonly replaced: boolean;
}

export interface AdmissionContext {
  readonly suite: Suite;
  readonly identity: KeyPair;
  readonly slots: number;
  readonly wallMs: number;
}

/**
 * Takes a key that proved itself and shows its grants: verifies the chain, asks the policy whether it
 * holds now, and finds a slot. An older grant than the one it has changes nothing.
 */
export const admitKey = (
  record: CarRecord,
  publicKey: Uint8Array,
  introduction: Introduction,
  context: AdmissionContext,
): AdmittedKey | AdmissionRefusal => {
  const { suite, wallMs } = context;
  const known = findKey(suite, record.keys, publicKey);
  const chain = verified(record, publicKey, introduction.grants, context);
  if (chain === undefined) return 'grant-invalid';
  const { terms, links } = chain;
  if (known !== undefined && (known.grant?.terms.issuedAt ?? Infinity) >= terms.issuedAt) {
    return { key: known, replaced: false };
  }
  const path = links.map(({ subject, terms: { issuedAt } }) => ({
    fingerprint: fingerprint(suite, subject.publicKey),
    issuedAt,
  }));
  const grant: KeyGrant = { terms, path, used: 0 };
  // Only what an owner signed counts; a guest's phone may say any time.
  const clock = raiseFloor(record.clock, links[0].terms.issuedAt);
  const now: CarRecord = { ...record, clock };
  if (wasRemoved(record.removed, grant)) return 'suspended';
  const refusal = grantRefusal(grant, circumstancesOf(suite, now, wallMs));
  if (refusal !== undefined) return refusal;
  const evicted = known === undefined ? expiredIn(now, context) : undefined;
  const slot = known?.slot ?? lowestFree(record.keys, context.slots) ?? evicted?.slot;
  if (slot === undefined) return 'slots-full';
  const { grants: _, ...called } = introduction;
  const key: KeySlot = {
    slot,
    publicKey,
    // What it signs are grants, and those show the key that signs.
    signingKey: new Uint8Array(32),
    ...called,
    role: terms.role,
    grant,
  };
  return {
    key,
    record: { ...now, keys: withKey(record.keys, key) },
    ...(evicted?.slot === slot ? { evicted } : {}),
    replaced: known !== undefined,
  };
};

/** Undefined for a chain that does not hold here, or was not made for this key. */
const verified = (
  record: CarRecord,
  publicKey: Uint8Array,
  grants: Uint8Array,
  { suite, identity }: AdmissionContext,
): VerifiedChain | undefined => {
  try {
    const chain = verifyChain(suite, grants, {
      carPublicKey: identity.publicKey,
      epoch: record.epoch,
      ownerKey: ownerKeyIn(suite, record),
    });
    return sameBytes(chain.bearer, publicKey) ? chain : undefined;
  } catch (error) {
    if (error instanceof PhoneKeyError) return undefined;
    throw error;
  }
};

/** A key whose time is over, and whose slot somebody else may have. */
const expiredIn = (record: CarRecord, { wallMs }: AdmissionContext): KeySlot | undefined => {
  const now = timeForRecords(record.clock, wallMs);
  return record.keys.find(({ grant }) => grant !== undefined && now >= grant.terms.notAfter);
};

import type { ChainContext } from './chain.js';
import type { KeyPair, Suite } from '../crypto/suite.js';
import { PhoneKeyError } from '../errors.js';
import type { EntryKind, RevocationEntry } from '../domain/revocations.js';
import { FINGERPRINT_BYTES } from './key-slot.js';
import { HandshakeState, PATTERNS } from '../noise/handshake-state.js';
import { concat, utf8, viewOf } from '../platform/bytes.js';
import type { Random } from '../platform/random.js';

export type { EntryKind, RevocationEntry } from '../domain/revocations.js';

/**
 * The revocation list of an owner: all keys that it has revoked or suspended, and what time it is.
 * Anybody may relay it to the car (docs/PROTOCOL.md, section 8). It is signed, so that nobody can alter
 * it; numbered, so that an old one does not bring a key back; and sealed for the car, so that who relays
 * it reads nothing. Long lists are cut into parts, each signed and sealed by itself. Fixed layout,
 * big-endian:
 *
 *      0  version (1): 1
 *      1  slot of the owner (1)
 *      2  epoch (2)
 *      4  number (4)
 *      8  issued at (4): when it was signed, seconds since 1970
 *     12  floor (4): grants that the owner signed at or before it are void
 *     16  part (1), of how many parts (1)
 *     18  entries (2), then each: fingerprint (8), since (4), kind (1)
 *   then  signature of the owner (64)
 */

const VERSION = 1;
const HEADER_BYTES = 20;
const ENTRY_BYTES = FINGERPRINT_BYTES + 4 + 1;
const SIGNATURE_BYTES = 64;
const TAG_BYTES = 16;
/** Noise N: an ephemeral key and the tag of the AEAD. */
const SEAL_BYTES = 32 + 16;

/** Entries of one part: what a frame of 2048 bytes has room for. */
export const ENTRIES_PER_PART = 144;
export const MOST_PARTS = 8;
export const LEAST_PART_BYTES = TAG_BYTES + SEAL_BYTES + HEADER_BYTES + SIGNATURE_BYTES;
export const MOST_PART_BYTES = LEAST_PART_BYTES + ENTRIES_PER_PART * ENTRY_BYTES;

const PROLOGUE = utf8('phonekey v1 revocation list');

/** Their codes are 1 to 3. */
const KINDS: readonly EntryKind[] = ['revoked', 'suspended', 'resumed'];

/** One part, as the owner signs it. */
export interface RevocationListPart {
  /** Of who signs it, 0 to 255. */
  readonly ownerSlot: number;
  /** The car's count of re-keyings, 0 to 65535: lists of another epoch are void. */
  readonly epoch: number;
  /** Counts up with each list of this owner, from 1. */
  readonly number: number;
  /** Seconds since 1970. */
  readonly issuedAt: number;
  /** Grants that the owner signed at or before it, in seconds since 1970, are void; 0: none. */
  readonly floor: number;
  /** 0 to `parts` - 1. */
  readonly part: number;
  /** How many the list has, 1 to 8. */
  readonly parts: number;
  /** At most 144 in a part. */
  readonly entries: readonly RevocationEntry[];
}

/** The whole list, as its owner thinks of it. */
export type RevocationList = Omit<RevocationListPart, 'part' | 'parts'>;

/** The 32-byte key of the tag by which a car tells parts for it from junk. */
export const revocationListTagKey = (suite: Suite, carPublicKey: Uint8Array): Uint8Array =>
  suite.hkdfSha512(carPublicKey, new Uint8Array(0), utf8('phonekey v1 revocation list tag'), 32);

/**
 * Signs and seals a list, in as many parts as it takes, each at most MOST_PART_BYTES.
 * @throws PhoneKeyError `usage.invalid` for more than 1152 entries
 */
export const sealRevocationList = (
  suite: Suite,
  random: Random,
  signing: KeyPair,
  carPublicKey: Uint8Array,
  revocationList: RevocationList,
): readonly Uint8Array[] => {
  const parts = Math.max(1, Math.ceil(revocationList.entries.length / ENTRIES_PER_PART));
  if (parts > MOST_PARTS)
    throw new PhoneKeyError('usage.invalid', 'a revocation list of too many entries');
  return Array.from({ length: parts }, (_, part) => {
    const from = part * ENTRIES_PER_PART;
    const entries = revocationList.entries.slice(from, from + ENTRIES_PER_PART);
    const body = encodePart({ ...revocationList, part, parts, entries });
    const signature = suite.ed25519Sign(signing, signedBytes(carPublicKey, body));
    const noise = new HandshakeState(suite, PATTERNS.N, {
      initiator: true,
      prologue: PROLOGUE,
      rs: carPublicKey,
      random,
    });
    const sealed = noise.writeMessage(concat(body, signature));
    return concat(tagOf(suite, revocationListTagKey(suite, carPublicKey), sealed), sealed);
  });
};

/** Whether a sealed part is for this car, which whoever knows the car can tell and nobody else. */
export const isRevocationListFor = (
  suite: Suite,
  carPublicKey: Uint8Array,
  revocationList: Uint8Array,
): boolean =>
  suite.equal(
    tagOf(suite, revocationListTagKey(suite, carPublicKey), revocationList.subarray(TAG_BYTES)),
    revocationList.subarray(0, TAG_BYTES),
  );

export interface RevocationListContext extends Pick<ChainContext, 'ownerKey'> {
  /** X25519, the car's. */
  readonly identity: KeyPair;
  /** From `revocationListTagKey`. */
  readonly tagKey: Uint8Array;
}

/**
 * Opens a part: first the keyed tag, then one Diffie-Hellman, then the signature. Undefined for whatever
 * is none of an owner of this car. Whether it is new is the caller's question.
 */
export const openRevocationList = (
  suite: Suite,
  revocationList: Uint8Array,
  context: RevocationListContext,
): RevocationListPart | undefined => {
  if (revocationList.length > MOST_PART_BYTES) return undefined;
  const sealed = revocationList.subarray(TAG_BYTES);
  if (!suite.equal(tagOf(suite, context.tagKey, sealed), revocationList.subarray(0, TAG_BYTES))) {
    return undefined;
  }
  try {
    const noise = new HandshakeState(suite, PATTERNS.N, {
      initiator: false,
      prologue: PROLOGUE,
      s: context.identity,
      // A responder of one message needs no randomness.
      random: (length) => new Uint8Array(length),
    });
    const plain = noise.readMessage(sealed);
    const body = plain.subarray(0, -SIGNATURE_BYTES);
    const signature = plain.subarray(-SIGNATURE_BYTES);
    const part = decodePart(body);
    const issuer = context.ownerKey(part.ownerSlot);
    const signed = signedBytes(context.identity.publicKey, body);
    if (issuer === undefined || !suite.ed25519Verify(issuer, signed, signature)) return undefined;
    return part;
  } catch (error) {
    if (error instanceof PhoneKeyError) return undefined;
    throw error;
  }
};

const encodePart = (revocationList: RevocationListPart): Uint8Array => {
  const { entries } = revocationList;
  const header = new Uint8Array(HEADER_BYTES);
  const view = viewOf(header);
  view.setUint8(0, VERSION);
  view.setUint8(1, revocationList.ownerSlot);
  view.setUint16(2, revocationList.epoch);
  view.setUint32(4, revocationList.number);
  view.setUint32(8, revocationList.issuedAt);
  view.setUint32(12, revocationList.floor);
  view.setUint8(16, revocationList.part);
  view.setUint8(17, revocationList.parts);
  view.setUint16(18, entries.length);
  return concat(header, encodeEntries(entries));
};

/** 13 bytes each, as they stand in a part. */
export const encodeEntries = (entries: readonly RevocationEntry[]): Uint8Array => {
  const bytes = new Uint8Array(entries.length * ENTRY_BYTES);
  const view = viewOf(bytes);
  for (const [index, { fingerprint, since, kind }] of entries.entries()) {
    const at = index * ENTRY_BYTES;
    bytes.set(fingerprint.subarray(0, FINGERPRINT_BYTES), at);
    view.setUint32(at + FINGERPRINT_BYTES, since);
    view.setUint8(at + FINGERPRINT_BYTES + 4, KINDS.indexOf(kind) + 1);
  }
  return bytes;
};

const decodePart = (body: Uint8Array): RevocationListPart => {
  const view = viewOf(body);
  if (body.length < HEADER_BYTES || view.getUint8(0) !== VERSION) throw malformed();
  const entries = decodeEntries(body.subarray(HEADER_BYTES));
  const revocationList: RevocationListPart = {
    ownerSlot: view.getUint8(1),
    epoch: view.getUint16(2),
    number: view.getUint32(4),
    issuedAt: view.getUint32(8),
    floor: view.getUint32(12),
    part: view.getUint8(16),
    parts: view.getUint8(17),
    entries,
  };
  const { part, parts } = revocationList;
  if (entries.length !== view.getUint16(18) || parts > MOST_PARTS || part >= parts) {
    throw malformed();
  }
  // All parts but the last are full, so that there is one way to cut a list.
  if (part < parts - 1 && entries.length !== ENTRIES_PER_PART) throw malformed();
  return revocationList;
};

/** @throws PhoneKeyError `protocol.malformed` */
export const decodeEntries = (bytes: Uint8Array): readonly RevocationEntry[] => {
  if (bytes.length % ENTRY_BYTES !== 0) throw malformed();
  const view = viewOf(bytes);
  return Array.from({ length: bytes.length / ENTRY_BYTES }, (_, index) => {
    const at = index * ENTRY_BYTES;
    const kind = KINDS[view.getUint8(at + FINGERPRINT_BYTES + 4) - 1];
    if (kind === undefined) throw malformed();
    const fingerprint = bytes.slice(at, at + FINGERPRINT_BYTES);
    return { fingerprint, since: view.getUint32(at + FINGERPRINT_BYTES), kind };
  });
};

const signedBytes = (carPublicKey: Uint8Array, body: Uint8Array): Uint8Array =>
  concat(PROLOGUE, carPublicKey, body);

const tagOf = (suite: Suite, key: Uint8Array, sealed: Uint8Array): Uint8Array =>
  suite.hmacSha512(key, sealed).subarray(0, TAG_BYTES);

const malformed = (): PhoneKeyError =>
  new PhoneKeyError('protocol.malformed', 'not a revocation list');

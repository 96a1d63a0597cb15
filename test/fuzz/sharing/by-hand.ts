import { defaultSuite as suite } from '../../../lib/crypto/index.js';
import type { KeyPair } from '../../../lib/crypto/suite.js';
import { HandshakeState } from '../../../lib/noise/handshake-state.js';
import { PATTERNS } from '../../../lib/noise/patterns.js';
import { concat, utf8 } from '../../../lib/platform/bytes.js';
import type { Random } from '../../../lib/platform/random.js';

/**
 * Grants and notices as docs/PROTOCOL.md lays them out, written without the checks of the code that makes
 * good ones: what somebody with a key of his own can send.
 */

/** Bytes of a link before its keys. */
export const FIXED_BYTES = 19;
/** Bytes of a part before its entries, and of an entry. */
export const HEADER_BYTES = 14;
export const ENTRY_BYTES = 13;

/** Numbers of the roles on the wire. */
export const ROLE = { owner: 1, driver: 2, guest: 3, valet: 4, service: 5 } as const;

export interface LinkFields {
  readonly version: number;
  readonly delegations: number;
  /** Its number on the wire, which may be none. */
  readonly role: number;
  readonly ownerSlot: number;
  readonly epoch: number;
  /** Seconds since 1970. */
  readonly issuedAt: number;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly uses: number;
  readonly leaseHours: number;
}

export const readFields = (bytes: Uint8Array): LinkFields => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, FIXED_BYTES);
  return {
    version: view.getUint8(0) >> 4,
    delegations: view.getUint8(0) & 0x0f,
    role: view.getUint8(1),
    ownerSlot: view.getUint8(2),
    epoch: view.getUint16(3),
    issuedAt: view.getUint32(5),
    notBefore: view.getUint32(9),
    notAfter: view.getUint32(13),
    uses: view.getUint8(17),
    leaseHours: view.getUint8(18),
  };
};

export const writeFields = (fields: LinkFields): Uint8Array => {
  const view = new DataView(new ArrayBuffer(FIXED_BYTES));
  view.setUint8(0, (fields.version << 4) | fields.delegations);
  view.setUint8(1, fields.role);
  view.setUint8(2, fields.ownerSlot);
  view.setUint16(3, fields.epoch);
  view.setUint32(5, fields.issuedAt);
  view.setUint32(9, fields.notBefore);
  view.setUint32(13, fields.notAfter);
  view.setUint8(17, fields.uses);
  view.setUint8(18, fields.leaseHours);
  return new Uint8Array(view.buffer);
};

/** Somebody with both of his key pairs. */
export interface Keys {
  readonly identity: KeyPair;
  readonly signing: KeyPair;
}

export const keysOf = (random: Random): Keys => ({
  identity: suite.x25519KeyPair(random(32)),
  signing: suite.ed25519KeyPair(random(32)),
});

/** The chain with one link more. */
export const withLink = (
  chain: Uint8Array,
  signer: KeyPair,
  carPublicKey: Uint8Array,
  fixed: Uint8Array,
  subject: Keys,
): Uint8Array => {
  const delegable = ((fixed[0] ?? 0) & 0x0f) > 0;
  const body = concat(
    fixed,
    subject.identity.publicKey,
    ...(delegable ? [subject.signing.publicKey] : []),
  );
  const signed = concat(utf8('phonekey v1 grant'), carPublicKey, chain, body);
  return concat(chain, body, suite.ed25519Sign(signer, signed));
};

export interface PartFields {
  readonly version: number;
  readonly ownerSlot: number;
  readonly number: number;
  /** Seconds since 1970. */
  readonly stamp: number;
  readonly part: number;
  readonly parts: number;
  readonly count: number;
}

export const readPart = (body: Uint8Array): PartFields => {
  const view = new DataView(body.buffer, body.byteOffset, HEADER_BYTES);
  return {
    version: view.getUint8(0),
    ownerSlot: view.getUint8(1),
    number: view.getUint32(2),
    stamp: view.getUint32(6),
    part: view.getUint8(10),
    parts: view.getUint8(11),
    count: view.getUint16(12),
  };
};

export interface PartEntry {
  /** 8 bytes. */
  readonly fingerprint: Uint8Array;
  readonly since: number;
  /** 1 revoked, 2 suspended. */
  readonly kind: number;
}

/** The part without its signature; `count` is that of the entries. */
export const writePart = (
  fields: Omit<PartFields, 'count'>,
  entries: readonly PartEntry[],
): Uint8Array => {
  const bytes = new Uint8Array(HEADER_BYTES + ENTRY_BYTES * entries.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, fields.version);
  view.setUint8(1, fields.ownerSlot);
  view.setUint32(2, fields.number);
  view.setUint32(6, fields.stamp);
  view.setUint8(10, fields.part);
  view.setUint8(11, fields.parts);
  view.setUint16(12, entries.length);
  entries.forEach(({ fingerprint, since, kind }, index) => {
    const at = HEADER_BYTES + index * ENTRY_BYTES;
    bytes.set(fingerprint, at);
    view.setUint32(at + 8, since);
    view.setUint8(at + 12, kind);
  });
  return bytes;
};

/** Signed, and sealed for the car. */
export const sealPart = (
  random: Random,
  signer: KeyPair,
  carPublicKey: Uint8Array,
  body: Uint8Array,
): Uint8Array => {
  const prologue = utf8('phonekey v1 notice');
  const signature = suite.ed25519Sign(signer, concat(prologue, carPublicKey, body));
  const noise = new HandshakeState(suite, PATTERNS.N, {
    initiator: true,
    prologue,
    rs: carPublicKey,
    random,
  });
  const sealed = noise.writeMessage(concat(body, signature));
  const tagKey = suite.hkdfSha512(
    carPublicKey,
    new Uint8Array(0),
    utf8('phonekey v1 notice tag'),
    32,
  );
  return concat(suite.hmacSha512(tagKey, sealed).subarray(0, 16), sealed);
};

/** By which notices name a key. */
export const fingerprintOf = (publicKey: Uint8Array): Uint8Array =>
  suite.sha512(publicKey).subarray(0, 8);

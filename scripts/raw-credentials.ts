import type { RevocationEntry, RevocationListPart } from '../lib/credentials/revocation-list.js';
import { revocationListTagKey } from '../lib/credentials/revocation-list.js';
import type { KeyPair } from '../lib/crypto/suite.js';
import { HandshakeState } from '../lib/noise/handshake-state.js';
import { PATTERNS } from '../lib/noise/patterns.js';
import { concat, utf8 } from '../lib/platform/bytes.js';
import type { Random } from '../lib/platform/random.js';
import { KEYS, suite } from './example-keys.js';

/**
 * Links and revocation lists with whatever body, properly signed and sealed: lib refuses to write what no car takes.
 */

const bigEndian = (value: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => Math.floor(value / 256 ** (length - 1 - i)) & 0xff);

/** Signs `body` as the link after `chain`. */
export const rawLink = (
  signing: KeyPair,
  chain: Uint8Array,
  body: Uint8Array,
  carPublicKey = KEYS.car.publicKey,
): Uint8Array => {
  const signed = concat(utf8('phonekey v1 grant'), carPublicKey, chain, body);
  return concat(body, suite.ed25519Sign(signing, signed));
};

/** What the signature of a revocation list covers, without car and context; one part unless it says otherwise. */
export const revocationListBody = ({
  ownerSlot,
  number,
  issuedAt,
  part = 0,
  parts = 1,
  entries,
}: Omit<RevocationListPart, 'part' | 'parts'> & Partial<RevocationListPart>): Uint8Array =>
  concat(
    Uint8Array.of(1, ownerSlot),
    bigEndian(number, 4),
    bigEndian(issuedAt, 4),
    Uint8Array.of(part, parts),
    bigEndian(entries.length, 2),
    ...entries.map(encodeEntry),
  );

const encodeEntry = ({ fingerprint, since, kind }: RevocationEntry): Uint8Array =>
  concat(fingerprint, bigEndian(since, 4), Uint8Array.of(kind === 'revoked' ? 1 : 2));

interface RawRevocationListOptions {
  /** Of the car that it is sealed for. */
  readonly carPublicKey?: Uint8Array;
  /** Of the car that the signature names. */
  readonly signedFor?: Uint8Array;
  readonly prologue?: Uint8Array;
}

/** Signs `body` and seals it, for the car of the examples unless it says otherwise. */
export const rawRevocationList = (
  signing: KeyPair,
  random: Random,
  body: Uint8Array,
  {
    carPublicKey = KEYS.car.publicKey,
    signedFor = carPublicKey,
    prologue = utf8('phonekey v1 notice'),
  }: RawRevocationListOptions = {},
): Uint8Array => {
  const signed = concat(utf8('phonekey v1 notice'), signedFor, body);
  const noise = new HandshakeState(suite, PATTERNS.N, {
    initiator: true,
    prologue,
    rs: carPublicKey,
    random,
  });
  return tagged(noise.writeMessage(concat(body, suite.ed25519Sign(signing, signed))));
};

/** With the tag by which the car of the examples takes a closer look. */
export const tagged = (sealed: Uint8Array): Uint8Array => {
  const key = revocationListTagKey(suite, KEYS.car.publicKey);
  return concat(suite.hmacSha512(key, sealed).subarray(0, 16), sealed);
};

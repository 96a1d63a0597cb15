import type { Suite } from '../../crypto/suite.js';
import { utf8 } from '../../platform/bytes.js';
import { LENGTH } from '../codec.js';
import { nativeProfile, PROTOCOL_VERSION } from '../profile.js';

/** Binds protocol name, version and GATT service into every handshake; see docs/PROTOCOL.md, 4. */
export const PROLOGUE: Uint8Array = utf8(
  `phonekey v${String(PROTOCOL_VERSION)} ${nativeProfile.service}`,
);

/** The 32-byte key of the Proof's tag. The car's public key is never sent in clear. */
export const proofTagKey = (suite: Suite, carPublicKey: Uint8Array): Uint8Array =>
  suite.hkdfSha512(carPublicKey, new Uint8Array(0), utf8('phonekey v1 proof tag'), 32);

/**
 * Gives the 16-byte tag that is checked before any Diffie-Hellman: it binds the response to this
 * challenge and costs one HMAC, so that junk and replays are cheap to refuse.
 */
export type ProofTag = (challenge: Uint8Array, handshake: Uint8Array) => Uint8Array;

export const proofTagWith = (suite: Suite, tagKey: Uint8Array): ProofTag => {
  const hmac = suite.hmacSha512With(tagKey);
  return (challenge, handshake) => hmac(challenge, handshake).slice(0, LENGTH.proofTag);
};

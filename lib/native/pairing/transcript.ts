import { defaultSuite } from '../../crypto/index.js';
import type { KeyPair, Suite } from '../../crypto/suite.js';
import { PhoneKeyError } from '../../errors.js';
import { HandshakeState, PATTERNS } from '../../noise/handshake-state.js';
import { concat, utf8 } from '../../platform/bytes.js';
import type { Random } from '../../platform/random.js';
import { deriveSecrets, register } from './spake2plus.js';

/** Names of the two ends in SPAKE2+ (RFC 9383, section 3.2). */
export const ID_PROVER: Uint8Array = utf8('phonekey phone');
export const ID_VERIFIER: Uint8Array = utf8('phonekey car');

/** The prover's secrets, 32 bytes each. Takes tens of milliseconds: the derivation is slow on purpose. */
export const pairingSecrets = (code: string, suite: Suite): { w0: Uint8Array; w1: Uint8Array } =>
  deriveSecrets(utf8(code), ID_PROVER, ID_VERIFIER, suite);

/** The verifier's record: w0 (32 bytes) and L (65 bytes). Slow, like `pairingSecrets`. */
export const pairingRegistration = (
  code: string,
  suite: Suite = defaultSuite,
): { w0: Uint8Array; L: Uint8Array } => register(pairingSecrets(code, suite));

/** Begins the context of SPAKE2+ and what a phone signs; the prologue of Noise. */
export const PAIRING: Uint8Array = utf8('phonekey v1 pairing');

/** SPAKE2+ context: the protocol, and the challenge of this very link. */
export const pairingContext = (challenge: Uint8Array): Uint8Array => concat(PAIRING, challenge);

/**
 * The handshake in which both prove their static keys, the phone first, under the key that SPAKE2+ gave.
 * @param sharedKey 32 bytes
 * @param s a phone chooses it by the car that it meets
 */
export const pairingHandshake = (
  suite: Suite,
  random: Random,
  by: 'phone' | 'car',
  sharedKey: Uint8Array,
  s: KeyPair | (() => KeyPair),
): HandshakeState =>
  new HandshakeState(suite, PATTERNS.XXpsk0, {
    initiator: by === 'phone',
    prologue: PAIRING,
    psk: sharedKey,
    s,
    random,
  });

/**
 * What the phone's Ed25519 key signs: so both of its keys are in the same hands, in this very run, and for this
 * car and this role.
 * @param transcript hash of the handshake after the offer, 64 bytes
 * @param publicKey the phone's, X25519, 32 bytes
 */
export const signedInPairing = (transcript: Uint8Array, publicKey: Uint8Array): Uint8Array =>
  concat(PAIRING, transcript, publicKey);

/** What an earlier message of the pairing gave. @throws PhoneKeyError `protocol.order` where that did not come */
export const inOrder = <T>(value: T | undefined): T => {
  if (value !== undefined) return value;
  throw new PhoneKeyError('protocol.order', 'a pairing message came out of order');
};

import { CipherState } from '../../noise/symmetric-state.js';
import type { Suite } from '../../crypto/suite.js';
import { PhoneKeyError } from '../../errors.js';
import { concat, utf8 } from '../../platform/bytes.js';
import { SealedChannel } from '../session/common.js';
import { defaultSuite } from '../../crypto/index.js';
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

const KEY = 32;

/** SPAKE2+ context: the protocol, and the challenge of this very link. */
export const pairingContext = (challenge: Uint8Array): Uint8Array =>
  concat(utf8('phonekey v1 pairing'), challenge);

/** One 32-byte key for each direction, from the 32 bytes that SPAKE2+ gave. */
export const pairingKeys = (
  suite: Suite,
  sharedKey: Uint8Array,
): { readonly toCar: Uint8Array; readonly fromCar: Uint8Array } => {
  const info = utf8('phonekey v1 pairing keys');
  const keys = suite.hkdfSha512(sharedKey, new Uint8Array(0), info, 2 * KEY);
  return { toCar: keys.slice(0, KEY), fromCar: keys.slice(KEY) };
};

/** The channel under the key that SPAKE2+ gave. */
export const pairingChannel = (
  suite: Suite,
  sharedKey: Uint8Array,
  role: 'phone' | 'car',
): SealedChannel => {
  const keys = pairingKeys(suite, sharedKey);
  const toCar = new CipherState(suite, keys.toCar);
  const fromCar = new CipherState(suite, keys.fromCar);
  return role === 'phone'
    ? new SealedChannel({ send: toCar, receive: fromCar })
    : new SealedChannel({ send: fromCar, receive: toCar });
};

/** A pairing function was called before the message that it needs. */
export const outOfOrder = (): PhoneKeyError =>
  new PhoneKeyError('protocol.order', 'a pairing message came out of order');

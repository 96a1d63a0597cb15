import { defaultSuite } from '../../crypto/index.js';
import type { Suite } from '../../crypto/suite.js';
import { utf8 } from '../../platform/bytes.js';
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

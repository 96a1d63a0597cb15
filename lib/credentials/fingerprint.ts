import type { Suite } from '../crypto/suite.js';

export const FINGERPRINT_BYTES = 8;

/** First 8 bytes of SHA-512 of a public key: enough to tell keys apart on a screen. */
export const fingerprint = (suite: Suite, publicKey: Uint8Array): Uint8Array =>
  suite.sha512(publicKey).subarray(0, FINGERPRINT_BYTES);

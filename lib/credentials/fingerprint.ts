import type { Suite } from '../crypto/suite.js';
import { LENGTH } from '../native/codec.js';

/** First 8 bytes of SHA-512 of a public key: enough to tell keys apart on a screen. */
export const fingerprint = (suite: Suite, publicKey: Uint8Array): Uint8Array =>
  suite.sha512(publicKey).subarray(0, LENGTH.fingerprint);

import type { Suite } from '../crypto/suite.js';

/** What names a key in lists and notices: the first 8 bytes of SHA-512 of its X25519 public key. */
export const keyFingerprint = (suite: Suite, publicKey: Uint8Array): Uint8Array =>
  suite.sha512(publicKey).slice(0, 8);

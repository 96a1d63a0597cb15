import type { Random } from '../platform/random.js';
import type { KeyPair, Suite } from './suite.js';

/** A fresh X25519 key pair from 32 random bytes. */
export function generateX25519(suite: Suite, random: Random): KeyPair {
  return suite.x25519KeyPair(random(32));
}

/** A fresh Ed25519 key pair from 32 random bytes. */
export function generateEd25519(suite: Suite, random: Random): KeyPair {
  return suite.ed25519KeyPair(random(32));
}

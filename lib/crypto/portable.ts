import nacl from 'tweetnacl';
import { PhoneKeyError } from '../errors.js';
import { concat } from '../platform/bytes.js';
import { perObject } from '../platform/per-object.js';
import { hkdfWith, hmacSha512, isStrict, keyPairs, requireLength } from './common.js';
import { nobleSymmetric } from './noble-symmetric.js';
import type { KeyPair, Suite } from './suite.js';

/** tweetnacl for the curves and SHA-512, the packages of Noble for scrypt and the AEAD: Node without its own cryptography. */
export const portableSuite: Suite = {
  name: 'portable',
  ...nobleSymmetric,

  x25519KeyPair: keyPairs('X25519 private key', (key) => nacl.scalarMult.base(key)),

  x25519(pair, publicKey) {
    requireLength('X25519 private key', pair.privateKey, 32);
    requireLength('X25519 public key', publicKey, 32);
    const secret = nacl.scalarMult(pair.privateKey, publicKey);
    if (secret.reduce((sum, byte) => sum | byte, 0) === 0) {
      throw new PhoneKeyError('crypto.weak-key', 'X25519 public key of small order');
    }
    return secret;
  },

  ed25519KeyPair: keyPairs('Ed25519 seed', (seed) => nacl.sign.keyPair.fromSeed(seed).publicKey),

  ed25519Sign: (pair, message) => nacl.sign.detached(message, expandedKey(pair)),

  ed25519Verify: (publicKey, message, signature) =>
    isStrict(publicKey, signature) && nacl.sign.detached.verify(message, signature, publicKey),

  sha512,

  hmacSha512: hmac,

  hmacSha512With(key) {
    const copy = key.slice();
    return (...parts) => hmac(copy, ...parts);
  },

  hkdfSha512: hkdfWith(hmac),

  // nacl.verify calls two empty inputs unequal.
  equal: (a, b) => a.length === b.length && (a.length === 0 || nacl.verify(a, b)),
};

function sha512(...parts: Uint8Array[]): Uint8Array {
  return nacl.hash(concat(...parts));
}

function hmac(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
  return hmacSha512(sha512, key, ...parts);
}

/**
 * tweetnacl's 64-byte key, seed and public key. The public key is computed and not taken from the
 * pair: signing with a wrong one would give the private key away.
 */
const expandedKey = perObject(({ privateKey }: KeyPair) => {
  requireLength('Ed25519 seed', privateKey, 32);
  return nacl.sign.keyPair.fromSeed(privateKey).secretKey;
});

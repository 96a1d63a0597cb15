import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { bytesToNumberLE, equalBytes } from '@noble/curves/utils.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { PhoneKeyError } from '../errors.js';
import { sameBytes } from '../platform/bytes.js';
import { hkdfWith, isStrict, keyPairs, requireLength } from './common.js';
import { nobleSymmetric } from './noble-symmetric.js';
import type { Suite } from './suite.js';

const { Point } = ed25519;

/** @noble for everything: the suite of browsers, ten times as fast as tweetnacl there. */
export const nobleSuite: Suite = {
  name: 'noble',
  ...nobleSymmetric,

  x25519KeyPair: keyPairs('X25519 private key', x25519.getPublicKey),

  x25519(pair, publicKey) {
    requireLength('X25519 private key', pair.privateKey, 32);
    requireLength('X25519 public key', publicKey, 32);
    try {
      return x25519.getSharedSecret(pair.privateKey, publicKey);
    } catch (cause) {
      // With keys of the right length it fails for one reason: the secret is all zero.
      throw new PhoneKeyError('crypto.weak-key', 'X25519 public key of small order', { cause });
    }
  },

  ed25519KeyPair: keyPairs('Ed25519 seed', ed25519.getPublicKey),

  // Computes the public key from the seed: signing with a wrong one would give the private key away.
  ed25519Sign(pair, message) {
    requireLength('Ed25519 seed', pair.privateKey, 32);
    return ed25519.sign(message, pair.privateKey);
  },

  ed25519Verify(publicKey, message, signature) {
    if (!isStrict(publicKey, signature)) return false;
    const R = signature.subarray(0, 32);
    const S = bytesToNumberLE(signature.subarray(32));
    const k = Point.Fn.create(bytesToNumberLE(digest(R, publicKey, message)));
    try {
      // Without the cofactor, and R compared as bytes: as OpenSSL and tweetnacl do, and @noble does not.
      const A = Point.fromBytes(publicKey);
      const expected = Point.BASE.multiplyUnsafe(S).subtract(A.multiplyUnsafe(k));
      return sameBytes(expected.toBytes(), R);
    } catch {
      return false; // not a point of the curve
    }
  },

  sha512: digest,

  hmacSha512: mac,

  hmacSha512With(key) {
    const prepared = hmac.create(sha512, key);
    return (...parts) => {
      const state = prepared.clone();
      for (const part of parts) state.update(part);
      return state.digest();
    };
  },

  hkdfSha512: hkdfWith(mac),

  equal: equalBytes,
};

function digest(...parts: Uint8Array[]): Uint8Array {
  const state = sha512.create();
  for (const part of parts) state.update(part);
  return state.digest();
}

function mac(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
  return nobleSuite.hmacSha512With(key)(...parts);
}

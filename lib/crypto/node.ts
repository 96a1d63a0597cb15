import type { KeyObject } from 'node:crypto';
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  diffieHellman,
  hash,
  scryptSync,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import { PhoneKeyError } from '../errors.js';
import { requireLength, requireScrypt } from './checks.js';
import { isStrict } from './ed25519.js';
import { hkdfSha512 } from './hmac.js';
import { exportPublic, importPrivate, importPublic } from './node-keys.js';
import type { Curve } from './node-keys.js';
import type { KeyPair, Suite } from './suite.js';

const AEAD = 'chacha20-poly1305';
const TAG = 16;

/** node:crypto for everything. */
export const nodeSuite: Suite = {
  name: 'node',

  x25519KeyPair: (privateKey) => keyPair('X25519', privateKey),

  x25519(pair, publicKey) {
    const ours = privateKeyOf('X25519', pair);
    const theirs = importPublic('X25519', publicKey);
    let secret: Buffer;
    try {
      secret = diffieHellman({ privateKey: ours, publicKey: theirs });
    } catch (cause) {
      // With keys of the right length OpenSSL fails for one reason: the secret is all zero.
      throw new PhoneKeyError('crypto.weak-key', 'X25519 public key of small order', { cause });
    }
    return new Uint8Array(secret);
  },

  ed25519KeyPair: (seed) => keyPair('Ed25519', seed),

  ed25519Sign: (pair, message) =>
    new Uint8Array(sign(null, message, privateKeyOf('Ed25519', pair))),

  ed25519Verify: (publicKey, message, signature) =>
    isStrict(publicKey, signature) &&
    verify(null, message, importPublic('Ed25519', publicKey), signature),

  sha512: (...parts) => new Uint8Array(hash('sha512', join(parts), 'buffer')),

  hmacSha512: hmac,

  hmacSha512With(key) {
    const copy = key.slice();
    return (...parts) => hmac(copy, ...parts);
  },

  // Three createHmac take less time than one hkdfSync before Node 24, and about the same since.
  hkdfSha512: (ikm, salt, info, length) => hkdfSha512(hmac, ikm, salt, info, length),

  scrypt(password, salt, cost, length) {
    requireScrypt(cost, length);
    return new Uint8Array(scryptSync(password, salt, length, cost));
  },

  seal(key, nonce, aad, plaintext) {
    requireLength('ChaCha20-Poly1305 key', key, 32);
    requireLength('ChaCha20-Poly1305 nonce', nonce, 12);
    const cipher = createCipheriv(AEAD, key, nonce, { authTagLength: TAG });
    cipher.setAAD(aad, { plaintextLength: plaintext.length });
    const sealed = new Uint8Array(plaintext.length + TAG);
    sealed.set(cipher.update(plaintext));
    cipher.final();
    sealed.set(cipher.getAuthTag(), plaintext.length);
    return sealed;
  },

  open(key, nonce, aad, ciphertext) {
    requireLength('ChaCha20-Poly1305 key', key, 32);
    requireLength('ChaCha20-Poly1305 nonce', nonce, 12);
    const length = ciphertext.length - TAG;
    if (length < 0) return undefined;
    const decipher = createDecipheriv(AEAD, key, nonce, { authTagLength: TAG });
    decipher.setAAD(aad, { plaintextLength: length });
    decipher.setAuthTag(ciphertext.subarray(length));
    const plaintext = new Uint8Array(decipher.update(ciphertext.subarray(0, length)));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return plaintext;
  },

  equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
};

function hmac(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
  const mac = createHmac('sha512', key);
  for (const part of parts) mac.update(part);
  return new Uint8Array(mac.digest());
}

function join(parts: Uint8Array[]): Uint8Array {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}

/** OpenSSL's form of a key pair; making it costs as much as using it. */
const privateKeys = {
  X25519: new WeakMap<KeyPair, KeyObject>(),
  Ed25519: new WeakMap<KeyPair, KeyObject>(),
};

function keyPair(curve: Curve, privateKey: Uint8Array): KeyPair {
  const key = importPrivate(curve, privateKey);
  const pair: KeyPair = { privateKey: privateKey.slice(), publicKey: exportPublic(key) };
  privateKeys[curve].set(pair, key);
  return pair;
}

function privateKeyOf(curve: Curve, pair: KeyPair): KeyObject {
  let key = privateKeys[curve].get(pair);
  if (key === undefined) {
    key = importPrivate(curve, pair.privateKey);
    privateKeys[curve].set(pair, key);
  }
  return key;
}

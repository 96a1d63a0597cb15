import type { KeyObject } from 'node:crypto';
// As a whole: a name that a runtime does not export must fail where it is used, for the self-test to see it.
import * as crypto from 'node:crypto';
import { PhoneKeyError } from '../errors.js';
import { hkdfWith, isStrict, requireLength, requireScrypt } from './common.js';
import type { KeyPair, Suite } from './suite.js';
import { sameBytes } from '../platform/bytes.js';

/** Raw keys of the two curves, 32 bytes each, to and from the key objects of node:crypto. */
type Curve = 'X25519' | 'Ed25519';

type ImportPrivate = (curve: Curve, privateKey: Uint8Array) => KeyObject;

/** RFC 8410 section 7: what stands before the 32 bytes of a private key in PKCS#8. */
const PKCS8_PREFIX = {
  X25519: Buffer.from('302e020100300506032b656e04220420', 'hex'),
  Ed25519: Buffer.from('302e020100300506032b657004220420', 'hex'),
};

/** What belongs to a private key of 32 zeros. */
const PUBLIC_KEY_OF_ZERO = {
  X25519: Buffer.from('2fe57da347cd62431528daac5fbb290730fff684afc4cfc2ed90995f58cb3b74', 'hex'),
  Ed25519: Buffer.from('3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29', 'hex'),
};

/**
 * The ways to import a private key, the fastest first; no release of Node takes all of them.
 *
 * - `raw`: since Node 24.15.
 * - `jwk`: OpenSSL computes the public key itself, so the x beside d only had to be there. Node 24.22
 *   and 26 compare the two and refuse.
 * - `pkcs8`: always there, but on Node 20 reading DER takes ten times as long as the other two.
 */
export const PRIVATE_KEY_IMPORTS: Readonly<Record<'raw' | 'jwk' | 'pkcs8', ImportPrivate>> = {
  raw: (curve, privateKey) => {
    const raw = { key: privateKey, format: 'raw-private', asymmetricKeyType: curve.toLowerCase() };
    return crypto.createPrivateKey(raw as unknown as Parameters<typeof crypto.createPrivateKey>[0]);
  },
  jwk: (curve, privateKey) => {
    const d = base64url(privateKey);
    return crypto.createPrivateKey({ key: { kty: 'OKP', crv: curve, x: d, d }, format: 'jwk' });
  },
  pkcs8: (curve, privateKey) => {
    const key = Buffer.concat([PKCS8_PREFIX[curve], privateKey]);
    return crypto.createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  },
};

/** Whether this release of Node imports private keys so, and to the right public key. */
export function takes(way: ImportPrivate): boolean {
  return (['X25519', 'Ed25519'] as const).every((curve) => {
    try {
      const key = way(curve, new Uint8Array(32));
      return sameBytes(exportPublic(key), PUBLIC_KEY_OF_ZERO[curve]);
    } catch {
      return false;
    }
  });
}

let fastest: ImportPrivate | undefined;

/** @throws PhoneKeyError `crypto.invalid-input` unless the key has 32 bytes */
export function importPrivate(curve: Curve, privateKey: Uint8Array): KeyObject {
  requireLength(`${curve} private key`, privateKey, 32);
  fastest ??= Object.values(PRIVATE_KEY_IMPORTS).find(takes) ?? PRIVATE_KEY_IMPORTS.pkcs8;
  return fastest(curve, privateKey);
}

/** Those used last, by curve and content: a handshake uses each key twice, a car the same few again. */
const publicKeys = new Map<string, KeyObject>();
const MOST_PUBLIC_KEYS = 32;

/** @throws PhoneKeyError `crypto.invalid-input` unless the key has 32 bytes */
function importPublic(curve: Curve, publicKey: Uint8Array): KeyObject {
  requireLength(`${curve} public key`, publicKey, 32);
  const x = base64url(publicKey);
  const name = `${curve} ${x}`;
  const key =
    publicKeys.get(name) ??
    crypto.createPublicKey({ key: { kty: 'OKP', crv: curve, x }, format: 'jwk' });
  publicKeys.delete(name);
  publicKeys.set(name, key);
  const [oldest] = publicKeys.keys();
  if (publicKeys.size > MOST_PUBLIC_KEYS && oldest !== undefined) publicKeys.delete(oldest);
  return key;
}

/** The 32-byte public key that belongs to a private one. */
export function exportPublic(privateKey: KeyObject): Uint8Array {
  const { x } = crypto.createPublicKey(privateKey).export({ format: 'jwk' });
  if (x === undefined) throw new PhoneKeyError('internal', 'a public key without x');
  return new Uint8Array(Buffer.from(x, 'base64url'));
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
}

const AEAD = 'chacha20-poly1305';
const TAG = 16;

/** node:crypto for everything. */
export const nodeSuite: Suite = {
  name: 'node',

  x25519KeyPair: keyPairs('X25519'),

  x25519(pair, publicKey) {
    const ours = privateKeyOf('X25519', pair);
    const theirs = importPublic('X25519', publicKey);
    let secret: Buffer;
    try {
      secret = crypto.diffieHellman({ privateKey: ours, publicKey: theirs });
    } catch (cause) {
      // With keys of the right length OpenSSL fails for one reason: the secret is all zero.
      throw new PhoneKeyError('crypto.weak-key', 'X25519 public key of small order', { cause });
    }
    return new Uint8Array(secret);
  },

  ed25519KeyPair: keyPairs('Ed25519'),

  ed25519Sign: (pair, message) =>
    new Uint8Array(crypto.sign(null, message, privateKeyOf('Ed25519', pair))),

  ed25519Verify: (publicKey, message, signature) =>
    isStrict(publicKey, signature) &&
    crypto.verify(null, message, importPublic('Ed25519', publicKey), signature),

  sha512: (...parts) => new Uint8Array(crypto.hash('sha512', Buffer.concat(parts), 'buffer')),

  hmacSha512: hmac,

  hmacSha512With(key) {
    const copy = key.slice();
    return (...parts) => hmac(copy, ...parts);
  },

  // Three createHmac take less time than one hkdfSync before Node 24, and about the same since.
  hkdfSha512: hkdfWith(hmac),

  scrypt(password, salt, cost, length) {
    requireScrypt(cost, length);
    return new Uint8Array(crypto.scryptSync(password, salt, length, cost));
  },

  seal(key, nonce, aad, plaintext) {
    requireLength('ChaCha20-Poly1305 key', key, 32);
    requireLength('ChaCha20-Poly1305 nonce', nonce, 12);
    const cipher = crypto.createCipheriv(AEAD, key, nonce, { authTagLength: TAG });
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
    const decipher = crypto.createDecipheriv(AEAD, key, nonce, { authTagLength: TAG });
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

  equal: (a, b) => a.length === b.length && crypto.timingSafeEqual(a, b),
};

function hmac(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
  const mac = crypto.createHmac('sha512', key);
  for (const part of parts) mac.update(part);
  return new Uint8Array(mac.digest());
}

/** OpenSSL's form of a key pair; making it costs as much as using it. */
const privateKeys = {
  X25519: new WeakMap<KeyPair, KeyObject>(),
  Ed25519: new WeakMap<KeyPair, KeyObject>(),
};

function keyPairs(curve: Curve): (privateKey: Uint8Array) => KeyPair {
  return (privateKey) => {
    const key = importPrivate(curve, privateKey);
    const pair: KeyPair = { privateKey: privateKey.slice(), publicKey: exportPublic(key) };
    privateKeys[curve].set(pair, key);
    return pair;
  };
}

function privateKeyOf(curve: Curve, pair: KeyPair): KeyObject {
  let key = privateKeys[curve].get(pair);
  if (key === undefined) {
    key = importPrivate(curve, pair.privateKey);
    privateKeys[curve].set(pair, key);
  }
  return key;
}

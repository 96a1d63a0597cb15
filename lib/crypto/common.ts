import { PhoneKeyError } from '../errors.js';
import type { KeyPair, ScryptCost, Suite } from './suite.js';
import { toHex } from '../platform/bytes.js';

/** @throws PhoneKeyError `crypto.invalid-input` unless `bytes` has exactly `length` bytes. */
export function requireLength(what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) {
    throw new PhoneKeyError(
      'crypto.invalid-input',
      `${what}: ${String(length)} bytes wanted, got ${String(bytes.length)}`,
    );
  }
}

/** Makes key pairs of private keys of 32 bytes. */
export function keyPairs(
  what: string,
  publicKeyOf: (privateKey: Uint8Array) => Uint8Array,
): (privateKey: Uint8Array) => KeyPair {
  return (privateKey) => {
    requireLength(what, privateKey, 32);
    return { privateKey: privateKey.slice(), publicKey: publicKeyOf(privateKey) };
  };
}

const SCRYPT_MEMORY = 32 * 2 ** 20;
const SCRYPT_LENGTH = 2 ** 16;

/** @throws PhoneKeyError `crypto.invalid-input`, see `Suite.scrypt` */
export function requireScrypt({ N, r, p }: ScryptCost, length: number): void {
  const positive = [N, r, p, length].every((value) => Number.isSafeInteger(value) && value > 0);
  // OpenSSL counts two blocks more than the RFC does.
  const memory = 128 * r * (N + p + 2);
  const valid = positive && N > 1 && Number.isInteger(Math.log2(N)) && memory <= SCRYPT_MEMORY;
  if (!valid || length > SCRYPT_LENGTH) {
    throw new PhoneKeyError(
      'crypto.invalid-input',
      `scrypt cannot have N = ${String(N)}, r = ${String(r)}, p = ${String(p)}, ${String(length)} bytes`,
    );
  }
}

const BLOCK = 128;
const HASH = 64;

/** HMAC (RFC 2104) over a given SHA-512: 64 bytes. */
export function hmacSha512(
  sha512: Suite['sha512'],
  key: Uint8Array,
  ...parts: Uint8Array[]
): Uint8Array {
  const short = key.length > BLOCK ? sha512(key) : key;
  const inner = new Uint8Array(BLOCK).fill(0x36);
  const outer = new Uint8Array(BLOCK).fill(0x5c);
  short.forEach((byte, i) => {
    inner[i] = byte ^ 0x36;
    outer[i] = byte ^ 0x5c;
  });
  return sha512(outer, sha512(inner, ...parts));
}

/**
 * HKDF (RFC 5869) over a given HMAC.
 * @param size of the hash, in bytes: 64 for SHA-512
 * @throws PhoneKeyError `crypto.invalid-input` when `length` is not in 0 to 255 * `size` bytes
 */
export function hkdfWith(hmac: Suite['hmacSha512'], size = HASH): Suite['hkdfSha512'] {
  return (ikm, salt, info, length) => {
    if (!Number.isInteger(length) || length < 0 || length > 255 * size) {
      throw new PhoneKeyError('crypto.invalid-input', `HKDF cannot give ${String(length)} bytes`);
    }
    const pseudoRandomKey = hmac(salt, ikm);
    const blocks = Math.ceil(length / size);
    const output = new Uint8Array(blocks * size);
    let previous = new Uint8Array(0);
    for (let i = 1; i <= blocks; i++) {
      previous = new Uint8Array(hmac(pseudoRandomKey, previous, info, Uint8Array.of(i)));
      output.set(previous, (i - 1) * size);
    }
    return output.slice(0, length);
  };
}

// Ed25519 libraries differ on odd inputs: tweetnacl takes any S, OpenSSL wants S < L, and both take
// keys of small order, under which one signature fits many messages. This is checked before either.

/** Order of the base point, RFC 8032 section 5.1, little-endian. */
const L = Uint8Array.from([
  0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
]);

/** The field prime 2^255 - 19, little-endian. */
const P = new Uint8Array(32).fill(0xff);
P[0] = 0xed;
P[31] = 0x7f;

/** The y coordinates of the eight points of small order, as hex of their encoding. */
const SMALL_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

/**
 * Whether an Ed25519 signature may be verified at all: 32-byte key and 64-byte signature, S < L (no
 * malleability, RFC 8032 section 5.1.7), the key canonically encoded and not of small order.
 */
export function isStrict(publicKey: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const y = publicKey.slice();
  y[31] = (y[31] ?? 0) & 0x7f; // the top bit is the sign of x
  return less(signature.subarray(32), L) && less(y, P) && !SMALL_ORDER.has(toHex(y));
}

/** a < b for little-endian numbers of equal length; public values, so not in constant time. */
function less(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = a.length - 1; i >= 0; i--) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

import { PhoneKeyError } from '../errors.js';

const BLOCK = 128;
const HASH = 64;

type Sha512 = (...parts: Uint8Array[]) => Uint8Array;
type HmacSha512 = (key: Uint8Array, ...parts: Uint8Array[]) => Uint8Array;

/** HMAC (RFC 2104) over a given SHA-512: 64 bytes. */
export function hmacSha512(sha512: Sha512, key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
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
 * HKDF (RFC 5869) over a given HMAC-SHA-512.
 * @throws PhoneKeyError `crypto.invalid-input` when `length` is not in 0 to 16,320 bytes
 */
export function hkdfSha512(
  hmac: HmacSha512,
  ikm: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array {
  requireHkdfLength(length);
  const pseudoRandomKey = hmac(salt, ikm);
  const blocks = Math.ceil(length / HASH);
  const output = new Uint8Array(blocks * HASH);
  let previous = new Uint8Array(0);
  for (let i = 1; i <= blocks; i++) {
    previous = new Uint8Array(hmac(pseudoRandomKey, previous, info, Uint8Array.of(i)));
    output.set(previous, (i - 1) * HASH);
  }
  return output.slice(0, length);
}

/** @throws PhoneKeyError `crypto.invalid-input` when `length` is not in 0 to 16,320 bytes */
function requireHkdfLength(length: number): void {
  if (!Number.isInteger(length) || length < 0 || length > 255 * HASH) {
    throw new PhoneKeyError('crypto.invalid-input', `HKDF cannot give ${String(length)} bytes`);
  }
}

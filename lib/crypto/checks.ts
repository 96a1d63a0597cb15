import { PhoneKeyError } from '../errors.js';
import type { ScryptCost } from './suite.js';

/** @throws PhoneKeyError `crypto.invalid-input` unless `bytes` has exactly `length` bytes. */
export function requireLength(what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) {
    throw new PhoneKeyError(
      'crypto.invalid-input',
      `${what}: ${String(length)} bytes wanted, got ${String(bytes.length)}`,
    );
  }
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

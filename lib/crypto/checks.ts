import { PhoneKeyError } from '../errors.js';

/** @throws PhoneKeyError `crypto.invalid-input` unless `bytes` has exactly `length` bytes. */
export function requireLength(what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) {
    throw new PhoneKeyError(
      'crypto.invalid-input',
      `${what}: ${String(length)} bytes wanted, got ${String(bytes.length)}`,
    );
  }
}

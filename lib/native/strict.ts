import { PhoneKeyError } from '../errors.js';

export const exactly = (what: string, bytes: Uint8Array, length: number): void => {
  if (bytes.length !== length) {
    throw malformed(`${what}: ${String(bytes.length)} bytes instead of ${String(length)}`);
  }
};

export const atLeast = (what: string, bytes: Uint8Array, length: number): void => {
  if (bytes.length < length) {
    throw malformed(`${what}: ${String(bytes.length)} bytes, at least ${String(length)} expected`);
  }
};

export const malformed = (message: string): PhoneKeyError =>
  new PhoneKeyError('protocol.malformed', message);

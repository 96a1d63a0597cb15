import { describe, expect, it } from '@jest/globals';
import { flip } from '../../../lab/flip.js';
import { fromHex } from '../../../lib/platform/bytes.js';
import {
  decodeFromCar,
  decodeToCar,
  encodeFromCar,
  encodeToCar,
} from '../../../lib/native/codec.js';
import { decodeResult } from '../../../lib/native/commands.js';

const bytes = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill);

const decoded = (decode: (bytes: Uint8Array) => object, encoded: Uint8Array): string => {
  try {
    return JSON.stringify(decode(encoded));
  } catch {
    return 'refused';
  }
};

describe('a flipped bit', () => {
  it.each([
    ['Proof', { case: 'proof', value: { handshake: bytes(98, 1), tag: bytes(16, 2) } }],
    ['Sealed', { case: 'sealed', value: bytes(18, 1) }],
    ['PairStart', { case: 'pairStart', value: { share: bytes(65, 4) } }],
    [
      'PairConfirm',
      { case: 'pairConfirm', value: { confirm: bytes(32, 5), handshake: bytes(48, 7) } },
    ],
    ['PairCommit', { case: 'pairCommit', value: bytes(88, 6) }],
  ] as const)('never leaves a %s what it was', (_, message) => {
    const encoded = encodeToCar(message);
    const before = decoded(decodeToCar, encoded);
    for (let bit = 0; bit < encoded.length * 8; bit++) {
      expect(decoded(decodeToCar, flip(encoded, bit))).not.toBe(before);
    }
  });

  it.each([
    ['Hello', { case: 'hello', value: { version: 1, handshake: bytes(32, 1) } }],
    ['PairShare', { case: 'pairShare', value: { share: bytes(65, 4), confirm: bytes(32, 2) } }],
    ['PairRefusal', { case: 'pairRefusal', value: { reason: 2 } }],
  ] as const)('never leaves a %s what it was', (_, message) => {
    const encoded = encodeFromCar(message);
    const before = decoded(decodeFromCar, encoded);
    for (let bit = 0; bit < encoded.length * 8; bit++) {
      expect(decoded(decodeFromCar, flip(encoded, bit))).not.toBe(before);
    }
  });
});

it('reads fields in any order, and the last of two', () => {
  // VehicleStatus with drive_seconds_left before locked, and locked twice.
  const swapped = fromHex('1a06180508000801') ?? new Uint8Array(0);
  expect(decodeResult(swapped).outcome).toMatchObject({
    type: 'status',
    status: { locked: true, driveSecondsLeft: 5 },
  });
});

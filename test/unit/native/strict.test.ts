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

describe('an unknown field', () => {
  const withUnknown = (hex: string): string =>
    decoded(decodeFromCar, fromHex(`32020802${hex}`) ?? bytes(0, 0));

  it.each([
    ['a varint of 10 bytes', '78ffffffffffffffffff01'],
    ['64 bits', '790011223344556677'],
    ['bytes', '7a03616263'],
    ['32 bits', '7d00112233'],
    ['the highest number', 'faffffff0f00'],
  ])('is left out where it is %s', (_, hex) => {
    expect(withUnknown(hex)).toBe(withUnknown(''));
    expect(withUnknown('')).toContain('pairRefusal');
  });

  it.each([
    ['a group', '7b7c'],
    ['the end of one', '7c'],
    ['of no wire type', '7e00'],
    ['a varint of 11 bytes', '78ffffffffffffffffffff01'],
    ['a varint without an end', '78ff'],
    ['cut off in 64 bits', '7900112233445566'],
    ['cut off in bytes', '7a046162'],
    ['of the number 0', '0200'],
    ['of a number too high', '828080801000'],
  ])('is refused where it is %s', (_, hex) => {
    expect(withUnknown(hex)).toBe('refused');
  });
});

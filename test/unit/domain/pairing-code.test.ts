import { describe, expect, it } from '@jest/globals';
import { defaultSuite } from '../../../lib/crypto/index.js';
import {
  formatPairingCode,
  newPairingCode,
  pairingUri,
  parsePairingCode,
} from '../../../lib/domain/pairing-code.js';
import { pairingRegistration, pairingSecrets } from '../../../lib/native/pairing/transcript.js';
import { register } from '../../../lib/native/pairing/spake2plus.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import type { Random } from '../../../lib/platform/random.js';
import { cheapSuite } from '../../support/cheap-suite.js';

/** Gives these 32-bit numbers, big-endian, one per call. */
const numbers = (...values: number[]): Random => {
  const left = [...values];
  return (length) => {
    expect(length).toBe(4);
    const value = left.shift();
    if (value === undefined) throw new Error('asked for more randomness than expected');
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value);
    return bytes;
  };
};

describe('newPairingCode', () => {
  it.each([
    ['00000000', [0]],
    ['00000007', [7]],
    ['99999999', [99_999_999]],
    ['00000000', [100_000_000]],
    ['99999999', [4_199_999_999]],
    ['00000042', [4_200_000_000, 42]],
    ['00000001', [0xffff_ffff, 0xffff_ffff, 100_000_001]],
  ])('is %s for the random numbers %j', (code, values) => {
    expect(newPairingCode(numbers(...values))).toBe(code);
  });

  it('spreads over all digits in all places', () => {
    const random = seededRandom('codes');
    const codes = Array.from({ length: 1_000 }, () => newPairingCode(random));
    expect(codes.every((code) => /^\d{8}$/.test(code))).toBe(true);
    expect(new Set(codes).size).toBe(1_000);
    for (let place = 0; place < 8; place++) {
      const counts = new Map<string, number>();
      for (const code of codes) {
        const digit = code.charAt(place);
        counts.set(digit, (counts.get(digit) ?? 0) + 1);
      }
      expect(counts.size).toBe(10);
      // 100 expected; the standard deviation is 9.5.
      for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(50);
    }
  });

  it('reads the bytes it is given, not the buffer around them', () => {
    const around = Uint8Array.of(9, 9, 9, 9, 0, 0, 0, 5, 9);
    expect(newPairingCode(() => around.subarray(4, 8))).toBe('00000005');
  });
});

describe('pairingUri', () => {
  it('holds the code', () => {
    expect(pairingUri('01234567')).toBe('phonekey:pair/01234567');
    expect(parsePairingCode(pairingUri('01234567'))).toBe('01234567');
  });
});

describe('parsePairingCode', () => {
  it.each([
    '12345678',
    '1234 5678',
    '1234-5678',
    ' 12 34 56 78 ',
    '1234\t5678\n',
    '1-2-3-4-5-6-7-8',
    'phonekey:pair/12345678',
    ' phonekey:pair/12345678\n',
  ])('reads %j', (text) => {
    expect(parsePairingCode(text)).toBe('12345678');
  });

  it.each([
    '',
    'phonekey:pair/1234567',
    'phonekey:pair/1234 5678',
    'phonekey:pair/',
    'phonekey:key/12345678',
    'PHONEKEY:PAIR/12345678',
    '1234567',
    '123456789',
    '1234567a',
    '12.345678',
    '+1234567',
    '１２３４５６７８',
    '1e7',
  ])('refuses %j without repeating it', (text) => {
    expect(() => parsePairingCode(text)).toThrow(
      expect.objectContaining({
        code: 'usage.invalid',
        message: 'a pairing code has 8 digits',
        hint: "Read the code on the car's screen.",
      }),
    );
  });

  it('reads what the screen shows', () => {
    expect(formatPairingCode('01234567')).toBe('0123 4567');
    expect(parsePairingCode(formatPairingCode('01234567'))).toBe('01234567');
  });
});

describe('what a car and a phone make of a code', () => {
  it('is derived with the suite that they are given', () => {
    const secrets = pairingSecrets('12345678', cheapSuite);
    expect(secrets).not.toEqual(pairingSecrets('12345678', defaultSuite));
    expect(pairingRegistration('12345678', cheapSuite)).toEqual(register(secrets));
  });
});

import { describe, expect, it } from '@jest/globals';
import { concat, fromHex, toHex, utf8, utf8Prefix } from '../../../lib/platform/bytes.js';
import { systemRandom } from '../../../lib/platform/random.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';

describe('bytes', () => {
  it('joins into a copy', () => {
    const part = Uint8Array.of(1, 2);
    const whole = concat(part, new Uint8Array(0), Uint8Array.of(3));
    part.fill(0);
    expect(whole).toEqual(Uint8Array.of(1, 2, 3));
    expect(concat()).toEqual(new Uint8Array(0));
    expect(concat(part)).not.toBe(part);
  });

  it('writes and reads hex', () => {
    expect(toHex(Uint8Array.of(0, 0x0f, 0xff))).toBe('000fff');
    expect(fromHex('000fFF')).toEqual(Uint8Array.of(0, 0x0f, 0xff));
    expect(fromHex('')).toEqual(new Uint8Array(0));
    for (const wrong of ['0', '0g', '0x00', '00 11', ' 00', '00\n']) {
      expect(fromHex(wrong)).toBeUndefined();
    }
  });

  it('encodes UTF-8', () => {
    expect(toHex(utf8('é🚗'))).toBe('c3a9f09f9a97');
  });

  it('cuts UTF-8 between characters', () => {
    for (const [length, bytes] of [
      [0, ''],
      [1, '61'],
      [2, '61'],
      [3, '61c3a9'],
      [6, '61c3a9'],
      [7, '61c3a9f09f9a97'],
      [9, '61c3a9f09f9a97'],
    ] as const) {
      expect(toHex(utf8Prefix('aé🚗', length))).toBe(bytes);
    }
  });
});

describe('seededRandom', () => {
  it('gives the same bytes for the same seed, however they are asked for', () => {
    const whole = seededRandom('a')(200);
    const random = seededRandom('a');
    expect(concat(random(1), random(0), random(63), random(64), random(72))).toEqual(whole);
    expect(seededRandom('b')(200)).not.toEqual(whole);
  });

  it('does not repeat itself', () => {
    const random = seededRandom('a');
    expect(new Set(Array.from({ length: 100 }, () => toHex(random(32)))).size).toBe(100);
  });
});

it('systemRandom gives as many bytes as asked, new each time', () => {
  expect(systemRandom(0)).toHaveLength(0);
  expect(systemRandom(32)).toHaveLength(32);
  expect(systemRandom(32)).not.toEqual(systemRandom(32));
});

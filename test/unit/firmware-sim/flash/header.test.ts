import { describe, expect, it } from '@jest/globals';
import { flip } from '../../../../lab/flip.js';
import {
  decodeHeader,
  encodeHeader,
  payloadBytes,
  UNKNOWN_VERSION,
} from '../../../../firmware-sim/flash/header.js';
import { defaultSuite } from '../../../../lib/crypto/index.js';
import { toHex } from '../../../../lib/platform/bytes.js';

const words = (wordBytes: number) => ({ sectors: 8, sectorBytes: 512, wordBytes });
const chain = Uint8Array.of(1, 2, 3, 4, 5, 6);

describe('the header of a sector', () => {
  it('has 16 bytes in whole words, and says which sector of which chain it is', () => {
    for (const index of [0, 1, 0x1234, 0xffff]) {
      const header = { chain, index };
      expect(encodeHeader(header, words(8))).toHaveLength(16);
      expect(decodeHeader(encodeHeader(header, words(8)))).toEqual(header);
    }
    expect(toHex(encodeHeader({ chain, index: 0x1234 }, words(8)).slice(0, 12))).toBe(
      '504b01001234010203040506',
    );
    expect([1, 8, 32].map((size) => payloadBytes(words(size)))).toEqual([496, 496, 480]);
    const padded = encodeHeader({ chain, index: 0 }, words(32));
    expect(padded).toHaveLength(32);
    expect(padded.slice(16)).toEqual(new Uint8Array(16));
  });

  it('is none with any bit wrong', () => {
    const header = encodeHeader({ chain, index: 3 }, words(8));
    for (let bit = 0; bit < 128; bit++) {
      expect(decodeHeader(flip(header, bit))).toBeUndefined();
    }
    expect(decodeHeader(new Uint8Array(512).fill(0xff))).toBeUndefined();
  });

  it.each([
    ['of a later version is known as one', [0x50, 0x4b, 2, 0], UNKNOWN_VERSION],
    ['of another kind of this version, too', [0x50, 0x4b, 1, 1], UNKNOWN_VERSION],
    ['of something else is none', [0x50, 0x4c, 1, 0], undefined],
    ['of another else is none', [0x51, 0x4b, 1, 0], undefined],
  ])('%s, although its checksum is right', (_, begin, expected) => {
    const fields = Uint8Array.from([...begin, 0, 0, ...chain]);
    const sum = defaultSuite.sha512(fields).subarray(0, 4);
    expect(decodeHeader(Uint8Array.from([...fields, ...sum]))).toBe(expected);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { flip } from '../../../../lab/flip.js';
import { decodeEntry, encodeEntry } from '../../../../firmware-sim/flash/entry.js';
import type { Entry } from '../../../../firmware-sim/flash/entry.js';
import { defaultSuite } from '../../../../lib/crypto/index.js';
import { concat, utf8 } from '../../../../lib/platform/bytes.js';

const geometry = { sectors: 8, sectorBytes: 64, wordBytes: 8 };
const SEAL = new Uint8Array(8).fill(0xff);

const whole = (text: string, sequence = 1) =>
  encodeEntry({ sequence, record: utf8(text) }, undefined, geometry);
const after = (before: Entry, text: string) =>
  encodeEntry({ sequence: before.sequence + 1, record: utf8(text) }, before, geometry);
const decode = (words: Uint8Array, before?: Entry) =>
  decodeEntry(concat(words, SEAL), 0, before, geometry);

describe('an entry', () => {
  it('is read as it was written, whole words of it, and a seal behind', () => {
    const first = whole('one');
    const { words, ...entry } = first;
    expect(words).toHaveLength(32);
    expect(decode(words)).toEqual({ ...entry, sealAt: 32 });
    const { words: more, ...second } = after(first, 'one two');
    expect(decode(more, first)).toEqual({ ...second, sealAt: more.length });
    expect(second.sequence).toBe(2);
  });

  it('stands on the entry it was made for, and on no other', () => {
    const second = after(whole('one'), 'one two');
    expect(decode(second.words, whole('one'))).toBeDefined();
    expect(decode(second.words, whole('two'))).toBeUndefined();
    expect(decode(second.words, whole('one', 2))).toBeUndefined();
    expect(decode(second.words)).toBeUndefined();
    expect(decode(whole('one').words, whole('one'))).toBeUndefined();
  });

  it('is none with any bit wrong, or cut short', () => {
    const first = whole('a record');
    const second = after(first, 'another record');
    // All but the padding, of which nothing is read.
    const length = 26 + Buffer.from(second.words).readUIntBE(1, 3);
    fc.assert(
      fc.property(fc.nat({ max: length * 8 - 1 }), (bit) => {
        expect(decode(flip(second.words, bit), first)).toBeUndefined();
      }),
    );
    for (let end = 0; end < second.words.length; end++) {
      expect(decodeEntry(second.words.subarray(0, end), 0, first, geometry)).toBeUndefined();
    }
  });

  it.each([
    ['a splice without its head', '0000000000'],
    ['a splice longer than the body', `${'000000'.repeat(2)}000003aabb`],
    ['a splice past the end of the record', '000002000002000000'],
  ])('is none with %s, although its checksum is right', (_, hex) => {
    const first = whole('one');
    const body = Buffer.from(hex, 'hex');
    const head = Buffer.from([2, 0, 0, body.length, 0, 0, 0, 0, 0, 2]);
    const sum = defaultSuite.sha512(concat(first.checksum, head, body)).subarray(0, 16);
    const padding = new Uint8Array(-(26 + body.length) & 7);
    expect(decode(concat(head, sum, body, padding), first)).toBeUndefined();
  });
});

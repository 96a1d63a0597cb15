import { defaultSuite } from '../../../lib/crypto/index.js';
import { concat } from '../../../lib/platform/bytes.js';
import { wholeWords } from './flash.js';
import type { Geometry } from './flash.js';
import { applySplice, spliceBetween } from './splice.js';

/**
 * One commit in a chain: what turns the record before it into the one after it.
 *
 *   0   kind: 1 whole record, 2 splice of the record before
 *   1   length of what is inserted (24 bits, big-endian as everything)
 *   4   sequence number of the commit (48 bits)
 *   10  where it is inserted (24 bits)
 *   13  how many bytes it replaces (24 bits)
 *   16  the first 16 bytes of SHA-512 over the above and the whole record after it
 *   32  the bytes to insert, and padding to whole words
 *   ..  seal: one word, left blank at first
 *
 * The checksum says at once that the entry is whole and that it stands on the record it was made for.
 * It is no protection against attackers, and is 128 bits long for the reason given in generation.ts.
 *
 * The seal is cleared to zeros once every copy of the entry has been read back. An entry without one may
 * owe its good looks to bits in between.
 */
export interface Entry {
  /** Higher is newer. */
  readonly sequence: number;
  /** The record after it. */
  readonly record: Uint8Array;
}

const HEAD = 16;
const SUM = 16;
const WHOLE = 1;
const SPLICE = 2;
const NOTHING = new Uint8Array(0);

/** Without its seal. `before`: the record that the chain has; undefined in a new chain. */
export const encodeEntry = (
  { sequence, record }: Entry,
  before: Uint8Array | undefined,
  geometry: Geometry,
): Uint8Array => {
  const { at, removed, inserted } = spliceBetween(before ?? NOTHING, record);
  const head = Buffer.alloc(HEAD);
  head.writeUInt8(before === undefined ? WHOLE : SPLICE, 0);
  head.writeUIntBE(inserted.length, 1, 3);
  head.writeUIntBE(sequence, 4, 6);
  head.writeUIntBE(at, 10, 3);
  head.writeUIntBE(removed, 13, 3);
  const bytes = new Uint8Array(wholeWords(HEAD + SUM + inserted.length, geometry));
  bytes.set(head);
  bytes.set(checksum(head, record), HEAD);
  bytes.set(inserted, HEAD + SUM);
  return bytes;
};

/**
 * The entry that starts at `offset`, and where its seal is; undefined where there is none that stands
 * on `before`.
 */
export const decodeEntry = (
  stream: Uint8Array,
  offset: number,
  before: Uint8Array | undefined,
  geometry: Geometry,
): (Entry & { readonly sealAt: number }) | undefined => {
  const bytes = Buffer.from(stream.buffer, stream.byteOffset + offset, stream.length - offset);
  if (bytes.length < HEAD + SUM) return undefined;
  if (bytes.readUInt8(0) !== (before === undefined ? WHOLE : SPLICE)) return undefined;
  const length = bytes.readUIntBE(1, 3);
  const sealAt = wholeWords(HEAD + SUM + length, geometry);
  if (sealAt + geometry.wordBytes > bytes.length) return undefined;
  const record = applySplice(before ?? NOTHING, {
    at: bytes.readUIntBE(10, 3),
    removed: bytes.readUIntBE(13, 3),
    inserted: bytes.subarray(HEAD + SUM, HEAD + SUM + length),
  });
  if (record === undefined) return undefined;
  const sum = checksum(bytes.subarray(0, HEAD), record);
  if (!bytes.subarray(HEAD, HEAD + SUM).equals(sum)) return undefined;
  return { sequence: bytes.readUIntBE(4, 6), record, sealAt: offset + sealAt };
};

const checksum = (head: Uint8Array, record: Uint8Array): Uint8Array =>
  defaultSuite.sha512(concat(head, record)).subarray(0, SUM);

import { defaultSuite } from '../../lib/crypto/index.js';
import { concat, sameBytes } from '../../lib/platform/bytes.js';
import { wholeWords } from './flash.js';
import type { Geometry } from './flash.js';
import { applySplices, splicesBetween } from './splice.js';
import type { Splice } from './splice.js';

/**
 * One commit in a chain: a whole record, or what turns the record before it into the one after it.
 *
 *   0   kind: 1 whole record, 2 splices of the record before
 *   1   length of the body (24 bits, big-endian as everything)
 *   4   sequence number of the commit (48 bits)
 *   10  the first 16 bytes of SHA-512 over the checksum of the entry before (kind 2), the above and
 *       the body
 *   26  the body: the record, or splices one after the other; and padding to whole words
 *   ..  seal: one word, left blank at first
 *
 * A splice, in ascending order and apart:
 *
 *   0   where in the record before (24 bits)
 *   3   how many bytes of it are replaced (24 bits)
 *   6   length of what is inserted (24 bits)
 *   9   the bytes to insert
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
  /** 16 bytes. */
  readonly checksum: Uint8Array;
}

const WHOLE = 1;
const SPLICES = 2;
const HEAD = 10;
const SUM = 16;
const BODY = HEAD + SUM;
const SPLICE_HEAD = 9;
const NOTHING = new Uint8Array(0);

/**
 * The entry, and its whole words as far as the seal.
 * @param before the entry that it follows; undefined: it begins a chain
 */
export const encodeEntry = (
  { sequence, record }: Pick<Entry, 'sequence' | 'record'>,
  before: Entry | undefined,
  geometry: Geometry,
): Entry & { readonly words: Uint8Array } => {
  const body = before === undefined ? record : encodeSplices(splicesBetween(before.record, record));
  const kind = before === undefined ? WHOLE : SPLICES;
  const head = concat(uint(kind, 1), uint(body.length, 3), uint(sequence, 6));
  const checksum = checksumOf(before, head, body);
  const words = new Uint8Array(wholeWords(BODY + body.length, geometry));
  words.set(concat(head, checksum, body));
  return { sequence, record, checksum, words };
};

/**
 * The entry that starts at `offset`, and where its seal is; undefined where there is none that stands
 * on the one `before`.
 */
export const decodeEntry = (
  stream: Uint8Array,
  offset: number,
  before: Entry | undefined,
  geometry: Geometry,
): (Entry & { readonly sealAt: number }) | undefined => {
  const bytes = stream.subarray(offset);
  if (bytes.length < BODY) return undefined;
  if (bytes[0] !== (before === undefined ? WHOLE : SPLICES)) return undefined;
  const length = readUint(bytes, 1, 3);
  const sealAt = wholeWords(BODY + length, geometry);
  if (sealAt + geometry.wordBytes > bytes.length) return undefined;
  const body = bytes.subarray(BODY, BODY + length);
  const checksum = checksumOf(before, bytes.subarray(0, HEAD), body);
  if (!sameBytes(bytes.subarray(HEAD, BODY), checksum)) return undefined;
  const record = before === undefined ? Uint8Array.from(body) : applyBody(before.record, body);
  if (record === undefined) return undefined;
  return { sequence: readUint(bytes, 4, 6), record, checksum, sealAt: offset + sealAt };
};

const encodeSplices = (splices: readonly Splice[]): Uint8Array =>
  concat(
    ...splices.flatMap(({ at, removed, inserted }) => [
      uint(at, 3),
      uint(removed, 3),
      uint(inserted.length, 3),
      inserted,
    ]),
  );

const applyBody = (before: Uint8Array, body: Uint8Array): Uint8Array | undefined => {
  const splices: Splice[] = [];
  for (let offset = 0; offset < body.length;) {
    if (offset + SPLICE_HEAD > body.length) return undefined;
    const from = offset + SPLICE_HEAD;
    const end = from + readUint(body, offset + 6, 3);
    if (end > body.length) return undefined;
    splices.push({
      at: readUint(body, offset, 3),
      removed: readUint(body, offset + 3, 3),
      inserted: body.subarray(from, end),
    });
    offset = end;
  }
  return applySplices(before, splices);
};

/** A number in so many bytes, big-endian. */
const uint = (value: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => Math.floor(value / 256 ** (length - 1 - at)) % 256);

const readUint = (bytes: Uint8Array, from: number, length: number): number =>
  bytes.subarray(from, from + length).reduce((value, byte) => value * 256 + byte, 0);

const checksumOf = (before: Entry | undefined, head: Uint8Array, body: Uint8Array): Uint8Array =>
  defaultSuite.sha512(concat(before?.checksum ?? NOTHING, head, body)).subarray(0, SUM);

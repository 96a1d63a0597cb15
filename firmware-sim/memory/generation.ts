import { defaultSuite } from '../../lib/crypto/index.js';
import { toHex, utf8 } from '../../lib/platform/bytes.js';
import { decodeRecord, encodeRecord } from './record.js';
import type { CarRecord } from './record.js';

/**
 * One copy of the record in a file: two lines of ASCII and UTF-8.
 *
 *   phonekey-car 2 <sequence> <checksum>
 *   <record as JSON>
 *
 * The checksum is the first 32 bytes of SHA-512 over the rest, in hex. It is there for torn writes
 * and decayed media, not for attackers: whoever can write the file can also compute it. SHA-512
 * because a CRC-32 lets one damaged file in four thousand million pass, and here that is a lock.
 */
export interface Generation {
  /** Higher is newer; starts at 1. */
  readonly sequence: number;
  readonly record: CarRecord;
}

/**
 * More than 32 owners with full lists need, each with one that comes in, and the lists of former owners:
 * 1.2 million bytes. A removal must never fail for want of room.
 */
export const MAX_GENERATION_BYTES = 1280 * 1024;

const MAGIC = 'phonekey-car 2';
const HEADER = /^phonekey-car 2 ([1-9][0-9]{0,14}) ([0-9a-f]{64})$/;

/** What is wrong with a file that an earlier phonekey wrote, whose cars remembered less. */
export const EARLIER_FORMAT = 'of an earlier format';
const EARLIER = /^phonekey-car 1 /;

/** @throws Error when the record would not be readable again: better not written than not read. */
export const encodeGeneration = ({ sequence, record }: Generation): Uint8Array => {
  const body = encodeRecord(record);
  decodeRecord(body);
  return utf8(`${MAGIC} ${String(sequence)} ${checksum(sequence, body)}\n${body}\n`);
};

/** @throws Error saying what is wrong; never tells what is in the record. */
export const decodeGeneration = (bytes: Uint8Array): Generation => {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  if (EARLIER.test(text)) throw new Error(EARLIER_FORMAT);
  const end = text.indexOf('\n');
  const header = HEADER.exec(text.slice(0, Math.max(0, end)));
  const [, sequenceText, sum] = header ?? [];
  if (sequenceText === undefined || !text.endsWith('\n')) throw new Error('not a memory of a car');
  const sequence = Number(sequenceText);
  const body = text.slice(end + 1, -1);
  if (checksum(sequence, body) !== sum) throw new Error('wrong checksum');
  return { sequence, record: decodeRecord(body) };
};

const checksum = (sequence: number, body: string): string =>
  toHex(defaultSuite.sha512(utf8(`${MAGIC} ${String(sequence)}\n${body}`)).subarray(0, 32));

import { defaultSuite } from '../../lib/crypto/index.js';
import { concat, toHex } from '../../lib/platform/bytes.js';
import { wholeWords } from './flash.js';
import type { Geometry } from './flash.js';

/**
 * The beginning of every sector in use, 16 bytes and padding to whole words:
 *
 *   0   'PK'
 *   2   version, 1
 *   3   0
 *   4   which sector of its chain this is, from 0 (16 bits, big-endian as everything)
 *   6   chain, 6 random bytes
 *   12  the first 4 bytes of SHA-512 over the above
 */
export interface SectorHeader {
  /** 6 bytes. */
  readonly chain: Uint8Array;
  readonly index: number;
}

/** A header of another version: whose sector this is, only that version knows. */
export const UNKNOWN_VERSION = 'unknown version';

export const CHAIN_ID_BYTES = 6;

const LENGTH = 16;
const SUM_AT = 12;
const MAGIC = [0x50, 0x4b] as const;
const VERSION = 1;

export const headerBytes = (geometry: Geometry): number => wholeWords(LENGTH, geometry);

/** What a sector has for its chain. */
export const payloadBytes = (geometry: Geometry): number =>
  geometry.sectorBytes - headerBytes(geometry);

export const encodeHeader = ({ chain, index }: SectorHeader, geometry: Geometry): Uint8Array => {
  const fields = concat(Uint8Array.of(...MAGIC, VERSION, 0, index >> 8, index & 0xff), chain);
  const padding = new Uint8Array(headerBytes(geometry) - LENGTH);
  return concat(fields, checksum(fields), padding);
};

/** Undefined where the sector does not begin with a header. */
export const decodeHeader = (
  sector: Uint8Array,
): SectorHeader | typeof UNKNOWN_VERSION | undefined => {
  const fields = sector.subarray(0, SUM_AT);
  const [p, k, version, zero, high = 0, low = 0] = fields;
  if (p !== MAGIC[0] || k !== MAGIC[1]) return undefined;
  if (toHex(checksum(fields)) !== toHex(sector.subarray(SUM_AT, LENGTH))) return undefined;
  if (version !== VERSION || zero !== 0) return UNKNOWN_VERSION;
  return { chain: fields.slice(6), index: high * 256 + low };
};

const checksum = (fields: Uint8Array): Uint8Array =>
  defaultSuite.sha512(fields).subarray(0, LENGTH - SUM_AT);

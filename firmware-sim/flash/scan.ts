import { concat, sameBytes, toHex } from '../../lib/platform/bytes.js';
import { decodeEntry } from './entry.js';
import type { Entry } from './entry.js';
import { isBlank } from './flash.js';
import type { Flash, Geometry } from './flash.js';
import { decodeHeader, headerBytes, UNKNOWN_VERSION } from './header.js';
import type { SectorHeader } from './header.js';

/** A chain as far as it can be read. */
export interface Chain {
  /** The last one that can be read. */
  readonly entry: Entry;
  /** It is sealed. */
  readonly sealed: boolean;
  /** Nothing follows it. */
  readonly ends: boolean;
  /** In order. */
  readonly sectors: readonly number[];
}

export interface Scan {
  /** Those of which at least one entry can be read. */
  readonly chains: readonly Chain[];
  /** The sectors that begin with a header, whatever follows. */
  readonly headed: readonly number[];
  /** There is nothing in it: it is as from the factory. */
  readonly blank: boolean;
  /** A later phonekey wrote in it, or an earlier one: what is there may be newer than every chain. */
  readonly otherVersion: boolean;
}

/** A sector, read twice: what differs is in between, and worth nothing. */
interface Reading {
  readonly sector: number;
  readonly bytes: Uint8Array;
  readonly again: Uint8Array;
  readonly header: ReturnType<typeof decodeHeader>;
}

type Headed = Reading & { readonly header: SectorHeader };

/** Reads all of the flash; changes nothing. */
export const scan = (flash: Flash): Scan => {
  const { sectors, sectorBytes } = flash.geometry;
  const read = (sector: number): Uint8Array => flash.read(sector * sectorBytes, sectorBytes);
  const used = Array.from({ length: sectors }, (_, sector): Reading => {
    const bytes = read(sector);
    return { sector, bytes, again: read(sector), header: decodeHeader(bytes) };
  }).filter(({ bytes, again }) => !isBlank(bytes) || !isBlank(again));
  const otherVersion = ({ header, again }: Reading): boolean =>
    header === UNKNOWN_VERSION || decodeHeader(again) === UNKNOWN_VERSION;
  const headed = used.filter((reading): reading is Headed => typeof reading.header === 'object');
  const chains = new Map<string, Headed[]>();
  for (const reading of headed) {
    const id = toHex(reading.header.chain);
    chains.set(id, [...(chains.get(id) ?? []), reading]);
  }
  return {
    chains: [...chains.values()].flatMap((parts) => readChain(parts, flash.geometry) ?? []),
    headed: used
      .filter(({ header, again }) => header ?? decodeHeader(again))
      .map(({ sector }) => sector),
    blank: used.length === 0,
    otherVersion: used.some(otherVersion),
  };
};

const readChain = (parts: readonly Headed[], geometry: Geometry): Chain | undefined => {
  const ordered: Headed[] = [];
  for (;;) {
    const part = parts.find(({ header }) => header.index === ordered.length);
    if (part === undefined) break;
    ordered.push(part);
  }
  const body = (bytes: Uint8Array): Uint8Array => bytes.subarray(headerBytes(geometry));
  const stream = concat(...ordered.map(({ bytes }) => body(bytes)));
  const again = concat(...ordered.map(({ again }) => body(again)));
  const same = (from: number, to: number): boolean =>
    sameBytes(stream.subarray(from, to), again.subarray(from, to));
  const blank = (from: number, to: number): boolean =>
    isBlank(stream.subarray(from, to)) && isBlank(again.subarray(from, to));

  const { wordBytes } = geometry;
  let last: Omit<Chain, 'sectors' | 'ends'> | undefined;
  let offset = 0;
  for (;;) {
    const entry = decodeEntry(stream, offset, last?.entry, geometry);
    if (entry === undefined || !same(offset, entry.sealAt)) break;
    offset = entry.sealAt + wordBytes;
    // Any bit will do: the seal was begun, so the entry had been read back.
    last = { entry, sealed: !blank(entry.sealAt, offset) };
  }
  if (last === undefined) return undefined;
  return {
    ...last,
    ends: blank(offset, offset + wordBytes),
    sectors: ordered.map(({ sector }) => sector),
  };
};

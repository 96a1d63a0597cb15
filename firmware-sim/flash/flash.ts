/** How a flash memory is cut. */
export interface Geometry {
  /** Erase units. */
  readonly sectors: number;
  readonly sectorBytes: number;
  /** Program unit: 1 to 32 bytes, a divisor of `sectorBytes`. */
  readonly wordBytes: number;
}

/**
 * 8 MiB, a chip beside the controller: the longest record that there is (memory/generation.ts) takes two
 * thirds of a chain, which has a quarter of the flash.
 */
export const DEFAULT_GEOMETRY: Geometry = { sectors: 2048, sectorBytes: 4096, wordBytes: 8 };

/**
 * NOR flash as a driver offers it: memory that reads like RAM, whose bits can be cleared word by word
 * and set again only sector by sector. Addresses are bytes from the start.
 *
 * A word is programmed once between two erases of its sector, since chips with an error-correcting
 * code refuse more. What a driver gives for a word that its chip calls uncorrectable is up to it.
 */
export interface Flash {
  readonly geometry: Geometry;
  /** A copy of `length` bytes. */
  read(address: number, length: number): Uint8Array;
  /** Clears those bits of the word at `address` that are 0 in `word` (wordBytes). */
  program(address: number, word: Uint8Array): void;
  /** Sets every bit of the sector, given by its number from 0. */
  erase(sector: number): void;
  /** Resolves when all that was done is durable: at once in a chip, later in a file. */
  sync(): Promise<void>;
}

/** @throws RangeError */
export const checkGeometry = ({ sectors, sectorBytes, wordBytes }: Geometry): void => {
  const valid =
    [sectors, sectorBytes, wordBytes].every((value) => Number.isInteger(value) && value > 0) &&
    wordBytes <= 32 &&
    sectorBytes % wordBytes === 0;
  if (!valid) throw new RangeError('not a geometry of a flash');
};

/** Whether erased flash reads like this. */
export const isBlank = (bytes: Uint8Array): boolean => {
  for (let at = 0; at < bytes.length; at++) if (bytes[at] !== 0xff) return false;
  return true;
};

/** So many bytes, rounded up to whole words. */
export const wholeWords = (length: number, { wordBytes }: Geometry): number =>
  Math.ceil(length / wordBytes) * wordBytes;

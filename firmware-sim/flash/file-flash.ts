import { closeSync, fdatasync, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { nodeDisk } from '../../local/files/disk.js';
import { writeDurably } from '../../local/files/durable.js';
import { checkGeometry, DEFAULT_GEOMETRY, isBlank } from './flash.js';
import type { Flash, Geometry } from './flash.js';

/**
 * A simulated flash whose cells are in a file: all sectors, then how often each was erased (32 bits each,
 * big-endian). Every program and erase is written through at once, so that a killed process leaves what a
 * power cut leaves of a chip.
 */
export class FileFlash implements Flash {
  readonly geometry: Geometry;
  /** The file's contents. */
  readonly #bytes: Buffer;
  readonly #file: number;

  private constructor(geometry: Geometry, bytes: Uint8Array, file: number) {
    this.geometry = geometry;
    this.#bytes = Buffer.from(bytes);
    this.#file = file;
  }

  /**
   * Creates the file, of mode 0600, where it is missing.
   * @throws the file system's errors; Error where it is not a flash of this geometry
   */
  static async open(path: string, geometry: Geometry = DEFAULT_GEOMETRY): Promise<FileFlash> {
    checkGeometry(geometry);
    const size = fileSize(geometry);
    const bytes = (await nodeDisk.read(path, size))?.bytes ?? (await createFile(path, geometry));
    if (bytes.length !== size) throw new Error(`not a flash of ${size} bytes`);
    return new FileFlash(geometry, bytes, openSync(path, 'r+'));
  }

  read(address: number, length: number): Uint8Array {
    return Uint8Array.from(this.#cells(address, length));
  }

  program(address: number, word: Uint8Array): void {
    const { wordBytes } = this.geometry;
    if (word.length !== wordBytes || address % wordBytes !== 0) throw refused('not one whole word');
    const cells = this.#cells(address, wordBytes);
    if (!isBlank(cells)) throw refused(`word ${address / wordBytes} programmed twice`);
    cells.set(word);
    this.#write(address, wordBytes);
  }

  erase(sector: number): void {
    if (!Number.isInteger(sector)) throw refused('no such sector');
    const { sectorBytes } = this.geometry;
    const address = sector * sectorBytes;
    this.#cells(address, sectorBytes).fill(0xff);
    this.#write(address, sectorBytes);
    const count = this.#countAt(sector);
    this.#bytes.writeUInt32BE(this.wear(sector) + 1, count);
    this.#write(count, 4);
  }

  sync(): Promise<void> {
    return promisify(fdatasync)(this.#file);
  }

  /** How often a sector was erased, ever. */
  wear(sector: number): number {
    return this.#bytes.readUInt32BE(this.#countAt(sector));
  }

  /** The file; nothing can be written afterwards. */
  close(): void {
    closeSync(this.#file);
  }

  #countAt(sector: number): number {
    const { sectors, sectorBytes } = this.geometry;
    return sectors * sectorBytes + sector * 4;
  }

  #cells(address: number, length: number): Uint8Array {
    const end = address + length;
    if (!(address >= 0 && length >= 0 && end <= this.#countAt(0)))
      throw refused('outside the flash');
    return this.#bytes.subarray(address, end);
  }

  /** To the file, from where it is in memory. */
  #write(from: number, length: number): void {
    for (let done = 0; done < length;) {
      done += writeSync(this.#file, this.#bytes, from + done, length - done, from + done);
    }
  }
}

const refused = (what: string): RangeError => new RangeError(`the flash refuses: ${what}`);

const fileSize = ({ sectors, sectorBytes }: Geometry): number => sectors * (sectorBytes + 4);

/** Blank, and complete the moment it has its name. */
const createFile = async (path: string, geometry: Geometry): Promise<Uint8Array> => {
  const bytes = new Uint8Array(fileSize(geometry));
  bytes.fill(0xff, 0, geometry.sectors * geometry.sectorBytes);
  await writeDurably(nodeDisk, path, bytes);
  return bytes;
};

import { closeSync, fdatasync, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { nodeDisk } from '../../local/files/disk.js';
import type { Disk } from '../../local/files/disk.js';
import { writeDurably } from '../../local/files/durable.js';
import { damaged } from '../memory/memory.js';
import { checkGeometry, DEFAULT_GEOMETRY, isBlank } from './flash.js';
import type { Flash, Geometry } from './flash.js';

/**
 * A simulated flash whose cells are in a file: all sectors, then how often each was erased (32 bits each,
 * big-endian). Every program and erase is written through at once, so that a killed process leaves what a
 * power cut leaves of a chip. But a new one gets its file at the first `sync`, with all that is in it by then:
 * on a full disk, or where the process is killed before, there is none.
 */
export class FileFlash implements Flash {
  readonly geometry: Geometry;
  /** The file's contents. */
  readonly #bytes: Buffer;
  readonly #path: string;
  readonly #disk: Disk;
  /** Undefined: there is none yet. */
  #file: number | undefined;

  private constructor(geometry: Geometry, bytes: Uint8Array, path: string, disk: Disk) {
    this.geometry = geometry;
    this.#bytes = Buffer.from(bytes);
    this.#path = path;
    this.#disk = disk;
  }

  /**
   * The flash in the file, or a blank one, whose file (of mode 0600) its first `sync` creates.
   * @throws the file system's errors; PhoneKeyError `sim.damaged` where it is not a flash of this geometry
   */
  static async open(
    path: string,
    geometry: Geometry = DEFAULT_GEOMETRY,
    disk: Disk = nodeDisk,
  ): Promise<FileFlash> {
    checkGeometry(geometry);
    const size = fileSize(geometry);
    const found = await disk.read(path, size);
    if (found === undefined) return new FileFlash(geometry, blank(geometry), path, disk);
    const { bytes } = found;
    if (bytes.length !== size) {
      const length = bytes.length > size ? `more than ${size}` : `${bytes.length}, not ${size}`;
      throw damaged(`${path}: it has ${length} bytes`, 'the file from a backup, or delete it');
    }
    const flash = new FileFlash(geometry, bytes, path, disk);
    flash.#file = openSync(path, 'r+');
    return flash;
  }

  /** It has no file yet. */
  get isNew(): boolean {
    return this.#file === undefined;
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

  async sync(): Promise<void> {
    if (this.#file !== undefined) return promisify(fdatasync)(this.#file);
    const made = await writeDurably(this.#disk, this.#path, this.#bytes, 'new');
    if (!made) throw new Error(`somebody else made ${this.#path}`);
    this.#file = openSync(this.#path, 'r+');
  }

  /** How often a sector was erased, ever. */
  wear(sector: number): number {
    return this.#bytes.readUInt32BE(this.#countAt(sector));
  }

  /** The file; nothing can be written afterwards. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
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
    if (this.#file === undefined) return;
    for (let done = 0; done < length;) {
      const taken = writeSync(this.#file, this.#bytes, from + done, length - done, from + done);
      if (taken === 0) throw new Error('the disk takes no more bytes');
      done += taken;
    }
  }
}

const refused = (what: string): RangeError => new RangeError(`the flash refuses: ${what}`);

const fileSize = ({ sectors, sectorBytes }: Geometry): number => sectors * (sectorBytes + 4);

const blank = (geometry: Geometry): Uint8Array =>
  new Uint8Array(fileSize(geometry)).fill(0xff, 0, geometry.sectors * geometry.sectorBytes);

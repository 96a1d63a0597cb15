import { closeSync, fdatasync, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { nodeDisk } from '../../local/files/disk.js';
import { writeDurably } from '../../local/files/durable.js';
import { blankImage } from './cells.js';
import type { FlashImage } from './cells.js';
import { DEFAULT_GEOMETRY, isBlank } from './flash.js';
import type { Flash, Geometry } from './flash.js';
import { SimulatedFlash } from './simulated-flash.js';

/**
 * A simulated flash whose cells are in a file: all sectors, then how often each was erased (32 bits each,
 * big-endian). Every program and erase is written through at once, so that a killed process leaves what a
 * power cut leaves of a chip.
 */
export class FileFlash implements Flash {
  readonly geometry: Geometry;
  readonly #chip: SimulatedFlash;
  readonly #file: number;

  private constructor(chip: SimulatedFlash, file: number) {
    this.geometry = chip.geometry;
    this.#chip = chip;
    this.#file = file;
  }

  /**
   * Creates the file, of mode 0600, where it is missing.
   * @throws the file system's errors; Error where it is not a flash of this geometry
   */
  static async open(path: string, geometry: Geometry = DEFAULT_GEOMETRY): Promise<FileFlash> {
    const size = fileSize(geometry);
    const bytes = (await nodeDisk.read(path, size))?.bytes ?? (await createFile(path, geometry));
    if (bytes.length !== size) throw new Error(`not a flash of ${size} bytes`);
    const chip = new SimulatedFlash({ geometry, image: imageOf(bytes, geometry) });
    return new FileFlash(chip, openSync(path, 'r+'));
  }

  read(address: number, length: number): Uint8Array {
    return this.#chip.read(address, length);
  }

  program(address: number, word: Uint8Array): void {
    this.#chip.program(address, word);
    this.#write(this.#chip.read(address, word.length), address);
  }

  erase(sector: number): void {
    const { sectors, sectorBytes } = this.geometry;
    this.#chip.erase(sector);
    this.#write(this.#chip.read(sector * sectorBytes, sectorBytes), sector * sectorBytes);
    const erases = Buffer.alloc(4);
    erases.writeUInt32BE(this.#chip.wear(sector));
    this.#write(erases, sectors * sectorBytes + sector * erases.length);
  }

  sync(): Promise<void> {
    return promisify(fdatasync)(this.#file);
  }

  /** How often a sector was erased, ever. */
  wear(sector: number): number {
    return this.#chip.wear(sector);
  }

  /** The file; nothing can be written afterwards. */
  close(): void {
    closeSync(this.#file);
  }

  #write(bytes: Uint8Array, position: number): void {
    for (let done = 0; done < bytes.length;) {
      done += writeSync(this.#file, bytes, done, bytes.length - done, position + done);
    }
  }
}

const fileSize = ({ sectors, sectorBytes }: Geometry): number => sectors * (sectorBytes + 4);

const imageOf = (bytes: Uint8Array, geometry: Geometry): FlashImage => {
  const image = blankImage(geometry);
  const { wordBytes } = geometry;
  image.cells.set(bytes.subarray(0, image.cells.length));
  image.used.forEach((_, word) => {
    const cells = image.cells.subarray(word * wordBytes, (word + 1) * wordBytes);
    image.used[word] = isBlank(cells) ? 0 : 1;
  });
  const erases = Buffer.from(bytes.slice(image.cells.length));
  image.erases.forEach((_, sector) => {
    image.erases[sector] = erases.readUInt32BE(sector * 4);
  });
  return image;
};

/** Blank, and complete the moment it has its name. */
const createFile = async (path: string, geometry: Geometry): Promise<Uint8Array> => {
  const bytes = new Uint8Array(fileSize(geometry));
  bytes.fill(0xff, 0, geometry.sectors * geometry.sectorBytes);
  await writeDurably(nodeDisk, path, bytes);
  return bytes;
};

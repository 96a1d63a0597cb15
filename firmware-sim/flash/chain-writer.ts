import { sameBytes } from '../../lib/platform/bytes.js';
import type { Flash } from './flash.js';
import { encodeHeader, payloadBytes } from './header.js';
import type { SectorPool } from './sector-pool.js';

export interface ChainWriterOptions {
  readonly flash: Flash;
  readonly pool: SectorPool;
  /** 6 bytes that no other chain has. */
  readonly id: Uint8Array;
}

/** What was programmed, to be read back. */
interface Programmed {
  readonly sector: number;
  readonly address: number;
  readonly bytes: Uint8Array;
}

/**
 * Writes one chain: words one after the other in sectors taken from the pool as it grows. Whoever begins
 * a chain is the only one who ever appends to it: after a power loss nobody knows whether its next word
 * is blank or begun.
 */
export class ChainWriter {
  /** In order. */
  readonly sectors: number[] = [];
  readonly #options: ChainWriterOptions;
  #head = 0;
  #end = 0;

  constructor(options: ChainWriterOptions) {
    this.#options = options;
  }

  /** Programs the whole words of an entry. False: they do not read back, and the chain is spoilt. */
  append(bytes: Uint8Array): boolean {
    const done: Programmed[] = [];
    for (let offset = 0; offset < bytes.length;) {
      if (this.#head === this.#end) done.push(this.#openSector());
      const end = Math.min(bytes.length, offset + this.#end - this.#head);
      done.push(this.#program(bytes.subarray(offset, end)));
      offset = end;
    }
    // The seal's place, while it is still read back whether there is one.
    if (this.#head === this.#end) done.push(this.#openSector());
    const bad = done.find((programmed) => !this.#readsBack(programmed));
    if (bad !== undefined) this.#options.pool.retire(bad.sector);
    return bad === undefined;
  }

  /** Whether so many bytes and a seal fit within so many sectors. */
  fits(length: number, sectors: number): boolean {
    const { geometry } = this.#options.flash;
    const used = this.#end - this.#head;
    const more = (sectors - this.sectors.length) * payloadBytes(geometry);
    return length + geometry.wordBytes <= used + more;
  }

  /** Once after each entry: it has been read back, here and in the other copy. */
  seal(): void {
    this.#program(new Uint8Array(this.#options.flash.geometry.wordBytes));
  }

  #openSector(): Programmed {
    const { flash, pool, id } = this.#options;
    const { sectorBytes } = flash.geometry;
    const sector = pool.take();
    this.#head = sector * sectorBytes;
    this.#end = this.#head + sectorBytes;
    const index = this.sectors.push(sector) - 1;
    return this.#program(encodeHeader({ chain: id, index }, flash.geometry));
  }

  #program(bytes: Uint8Array): Programmed {
    const { flash } = this.#options;
    const { wordBytes } = flash.geometry;
    const address = this.#head;
    for (let offset = 0; offset < bytes.length; offset += wordBytes) {
      flash.program(address + offset, bytes.subarray(offset, offset + wordBytes));
    }
    this.#head += bytes.length;
    return { sector: this.sectors.at(-1) ?? 0, address, bytes };
  }

  /** Twice, since bits in between may look right once. */
  #readsBack({ address, bytes }: Programmed): boolean {
    const same = (): boolean => sameBytes(this.#options.flash.read(address, bytes.length), bytes);
    return same() && same();
  }
}

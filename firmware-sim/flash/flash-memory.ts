import { PhoneKeyError } from '../../lib/errors.js';
import { utf8 } from '../../lib/platform/bytes.js';
import { silentLogger } from '../../lib/platform/logger.js';
import type { Logger } from '../../lib/platform/logger.js';
import { systemRandom } from '../../lib/platform/random.js';
import type { Random } from '../../lib/platform/random.js';
import { damaged, otherVersion, storageFault } from '../memory/memory.js';
import type { CommitOptions, Memory } from '../memory/memory.js';
import { decodeRecord, encodeRecord } from '../memory/record.js';
import type { CarRecord } from '../memory/record.js';
import { ChainWriter } from './chain-writer.js';
import { encodeEntry } from './entry.js';
import type { Entry } from './entry.js';
import type { Flash } from './flash.js';
import { CHAIN_ID_BYTES, payloadBytes } from './header.js';
import { scan } from './scan.js';
import type { Chain } from './scan.js';
import { FlashWornOut, SectorPool } from './sector-pool.js';

/** Each copy of the record may take a quarter: two in use, two being written. */
const COPIES = 2;
const SHARE = 4;
const OTHER_VERSION = 'is of another version';

export interface FlashMemoryOptions {
  /** For the names of chains. */
  readonly random?: Random;
  readonly log?: Logger;
  /** A car has been here: a flash with nothing in it has lost what it had (default: it is a new one). */
  readonly used?: boolean;
  /** What to call it in errors (default: its flash). */
  readonly where?: string;
}

/**
 * Memory in a flash: two chains of entries that say the same, each begun with the whole record and
 * continued with what every commit changes. docs/decisions/0005-flash.md says why it loses nothing.
 *
 * What is `protected` are the steps that a store could get wrong; tests do, to see that it is noticed.
 */
export class FlashMemory implements Memory {
  protected readonly pool: SectorPool;
  protected readonly copies: number = COPIES;
  readonly #flash: Flash;
  readonly #random: Random;
  readonly #log: Logger;
  readonly #used: boolean;
  readonly #where: string;
  /** Sectors a chain may have. */
  readonly #limit: number;
  /** The last one that is durable; undefined before there was one. */
  #entry: Entry | undefined;
  #sequence = 0;
  /** Those that hold it. */
  #kept: readonly number[] = [];
  /** Those that this process has begun, and may continue. */
  #chains: readonly ChainWriter[] = [];
  /** No sector that looks blank has ever held a chain that its erasing, cut off, may yet bring back. */
  #blankIsBlank = false;

  constructor(flash: Flash, options: FlashMemoryOptions = {}) {
    this.#flash = flash;
    this.#random = options.random ?? systemRandom;
    this.#log = options.log ?? silentLogger;
    this.#used = options.used ?? false;
    this.#where = options.where ?? 'its flash';
    this.#limit = Math.floor(flash.geometry.sectors / SHARE);
    if (this.#limit < 2) throw new RangeError('a memory needs a flash of eight sectors or more');
    this.pool = new SectorPool(flash);
  }

  async load(): Promise<CarRecord | undefined> {
    return this.#restore().catch((cause: unknown) => {
      if (cause instanceof PhoneKeyError) throw cause;
      return storageFault("cannot read the car's memory")(cause);
    });
  }

  async commit(record: CarRecord, { erases = false }: CommitOptions = {}): Promise<void> {
    // Counted up even if this fails: what a failed commit may have left is older than the next one.
    this.#sequence += 1;
    try {
      const bytes = this.#encode(record);
      const added = erases ? undefined : this.#append(bytes);
      if (added !== undefined) await this.#seal();
      this.#entry = added ?? (await this.renew(bytes));
    } catch (cause) {
      // The next one begins new chains: nobody knows what is in these.
      this.#chains = [];
      storageFault("cannot write the car's memory")(cause);
    }
  }

  /**
   * Finds the newest record. What is not as a commit leaves it is put right before anybody acts on it:
   * a record that was read once may not be read again. But nothing is written where there is no record:
   * whoever repairs the chip may still find one.
   */
  async #restore(): Promise<CarRecord | undefined> {
    const { chains, headed, blank, otherVersion: other } = scan(this.#flash);
    if (other) throw otherVersion(OTHER_VERSION);
    const best = this.rank(chains).slice(0, COPIES);
    const [newest, second] = best;
    if (newest === undefined) {
      if (blank && !this.#used) return undefined;
      throw damaged(this.#where, 'the flash from a backup, or erase it');
    }
    const record = decode(newest.entry.record);
    this.#entry = newest.entry;
    this.#sequence = newest.entry.sequence;
    this.#kept = best.flatMap(({ sectors }) => sectors);
    this.pool.startAt((newest.sectors.at(-1) ?? -1) + 1);
    if (this.agree(newest, second) && this.alone(headed, this.#kept)) {
      this.#blankIsBlank = true;
      this.pool.hold(this.#kept);
      this.pool.wipe();
      await this.#flash.sync();
    } else {
      if (best.every(({ ends }) => !ends)) this.#log.warn('memory damaged in every copy');
      this.#log.info('memory written anew');
      try {
        this.#entry = await this.renew(newest.entry.record);
      } catch (error) {
        if (!(error instanceof FlashWornOut)) throw error;
        // Better a car that opens and learns nothing more than one that stays shut.
        this.#log.warn('flash worn out');
      }
    }
    return record;
  }

  /** The best first: the newest. */
  protected rank(chains: readonly Chain[]): readonly Chain[] {
    return chains.toSorted((a, b) => b.entry.sequence - a.entry.sequence);
  }

  /** Whether both copies are as a commit leaves them: then there is nothing to restore. */
  protected agree(newest: Chain, second: Chain | undefined): boolean {
    return (
      newest.entry.sequence === second?.entry.sequence &&
      [newest, second].every(({ sealed, ends }) => sealed && ends)
    );
  }

  /**
   * Whether there is no sector of another chain: one that cannot be read now could be read once its
   * erasing has been cut off, and be newer.
   */
  protected alone(headed: readonly number[], kept: readonly number[]): boolean {
    return headed.every((sector) => kept.includes(sector));
  }

  /**
   * Begins new chains with this record. Only when all of them have been read back are the old ones
   * erased, and only when those are gone are the new ones sealed.
   */
  protected async renew(record: Uint8Array): Promise<Entry> {
    this.#chains = [];
    const { geometry } = this.#flash;
    const entry = encodeEntry({ sequence: this.#sequence, record }, undefined, geometry);
    const chains: ChainWriter[] = [];
    while (chains.length < this.copies) {
      const sectors = chains.flatMap((chain) => chain.sectors);
      this.pool.hold([...this.#kept, ...sectors]);
      const id = this.#random(CHAIN_ID_BYTES);
      const chain = new ChainWriter({ flash: this.#flash, pool: this.pool, id });
      // Where it fails a sector is retired, so this ends.
      if (chain.append(entry.words)) chains.push(chain);
    }
    await this.#flash.sync();
    this.#kept = chains.flatMap((chain) => chain.sectors);
    this.pool.hold(this.#kept);
    if (this.#blankIsBlank) this.pool.wipe();
    else this.pool.wipeAll();
    this.#chains = chains;
    await this.#seal();
    this.#blankIsBlank = true;
    return entry;
  }

  /** Undefined where the record could not be added to the chains there are. */
  #append(record: Uint8Array): Entry | undefined {
    if (this.#entry === undefined || this.#chains.length === 0) return undefined;
    const { geometry } = this.#flash;
    const entry = encodeEntry({ sequence: this.#sequence, record }, this.#entry, geometry);
    const { length } = entry.words;
    if (!this.#chains.every((chain) => chain.fits(length, this.#limit))) return undefined;
    const done = this.#chains.every((chain) => chain.append(entry.words));
    this.#kept = this.#chains.flatMap((chain) => chain.sectors);
    return done ? entry : undefined;
  }

  async #seal(): Promise<void> {
    await this.#flash.sync();
    for (const chain of this.#chains) chain.seal();
    await this.#flash.sync();
  }

  #encode(record: CarRecord): Uint8Array {
    const text = encodeRecord(record);
    // Better not written than not read.
    decodeRecord(text);
    const bytes = utf8(text);
    // A third of a chain is for changes.
    const most = (this.#limit * payloadBytes(this.#flash.geometry) * 2) / 3;
    if (bytes.length > most) throw new Error(`a record of ${bytes.length} bytes is too large`);
    return bytes;
  }
}

const decode = (record: Uint8Array): CarRecord => {
  try {
    return decodeRecord(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(record));
  } catch (cause) {
    throw otherVersion(OTHER_VERSION, cause);
  }
};

import { join } from 'node:path';
import { silentLogger } from '../../lib/platform/logger.js';
import type { Logger } from '../../lib/platform/logger.js';
import { nodeDisk } from '../../local/files/disk.js';
import type { Disk } from '../../local/files/disk.js';
import { writeDurably } from '../../local/files/durable.js';
import {
  decodeGeneration,
  EARLIER_FORMAT,
  encodeGeneration,
  MAX_GENERATION_BYTES,
} from './generation.js';
import type { Generation } from './generation.js';
import { damaged, otherVersion, storageFault } from './memory.js';
import type { CommitOptions, Memory } from './memory.js';
import type { CarRecord } from './record.js';

/** The two generations. A commit always replaces the older or damaged one. */
export const MEMORY_FILES = ['memory-a', 'memory-b'] as const;

type MemoryFile = (typeof MEMORY_FILES)[number];

const other = (file: MemoryFile): MemoryFile => (file === 'memory-a' ? 'memory-b' : 'memory-a');

/**
 * Memory in two files of a directory. A commit writes a temporary file, syncs it, renames it over
 * the generation that is not in use, and syncs the directory: until the rename is durable the other
 * generation is untouched, so there is a good one at every moment.
 */
export class FileMemory implements Memory {
  readonly #directory: string;
  readonly #disk: Disk;
  readonly #log: Logger;
  #current: MemoryFile = 'memory-b';
  #sequence = 0;

  constructor(directory: string, options: { readonly disk?: Disk; readonly log?: Logger } = {}) {
    this.#directory = directory;
    this.#disk = options.disk ?? nodeDisk;
    this.#log = options.log ?? silentLogger;
  }

  async load(): Promise<CarRecord | undefined> {
    const problems: string[] = [];
    let newest: (Generation & { readonly file: MemoryFile }) | undefined;
    for (const file of MEMORY_FILES) {
      const generation = await this.#read(file, problems);
      if (generation !== undefined && generation.sequence > (newest?.sequence ?? 0)) {
        newest = { ...generation, file };
      }
    }
    if (newest !== undefined) {
      // Whoever wrote it may have been killed just before. Nobody may act on what can still get lost.
      await this.#disk
        .syncDirectory(this.#directory)
        .catch(storageFault(`cannot read the car's memory in ${this.#directory}`));
      for (const problem of problems)
        this.#log.warn('memory damaged, other copy used', { problem });
      this.#current = newest.file;
      this.#sequence = newest.sequence;
      return newest.record;
    }
    problems.push(...(await this.#missing(problems)));
    if (problems.length === 0) return undefined;
    if (problems.every((problem) => problem.endsWith(EARLIER_FORMAT))) {
      throw otherVersion(`in ${this.#directory} is ${EARLIER_FORMAT}`);
    }
    throw damaged(
      `${this.#directory} (${problems.join('; ')})`,
      `${MEMORY_FILES.join(' or ')} from a backup, or delete both`,
    );
  }

  async commit(record: CarRecord, { erases = false }: CommitOptions = {}): Promise<void> {
    await this.#replaceOlder(record);
    // Durable by now: if this fails, the next commit replaces the older copy.
    if (erases) await this.#replaceOlder(record).catch(() => undefined);
  }

  async #replaceOlder(record: CarRecord): Promise<void> {
    const target = other(this.#current);
    // Counted up even if this fails: what a failed commit may have left is older than the next one.
    this.#sequence += 1;
    const sequence = this.#sequence;
    const write = async (): Promise<boolean> =>
      writeDurably(
        this.#disk,
        join(this.#directory, target),
        encodeGeneration({ sequence, record }),
      );
    await write().catch(storageFault(`cannot write the car's memory in ${this.#directory}`));
    this.#current = target;
  }

  /** Names without a file, as links have that lead nowhere now: no car is new that has one. */
  async #missing(problems: readonly string[]): Promise<readonly string[]> {
    if (problems.length > 0) return [];
    const names = await this.#disk
      .list(this.#directory)
      .catch(storageFault(`cannot read the car's memory in ${this.#directory}`));
    return MEMORY_FILES.filter((file) => names.includes(file)).map((file) => `${file}: gone`);
  }

  async #read(file: MemoryFile, problems: string[]): Promise<Generation | undefined> {
    const path = join(this.#directory, file);
    const found = await this.#disk
      .read(path, MAX_GENERATION_BYTES)
      .catch(storageFault(`cannot read the car's memory in ${path}`));
    if (found === undefined) return undefined;
    const { bytes } = found;
    try {
      if (bytes.length > MAX_GENERATION_BYTES) throw new Error('too large');
      return decodeGeneration(bytes);
    } catch (error) {
      problems.push(`${file}: ${error instanceof Error ? error.message : 'unreadable'}`);
      return undefined;
    }
  }
}

import { dirname } from 'node:path/posix';
import type { Disk, DiskFile } from '../../../../firmware-sim/memory/disk.js';

/** Files by path, as a disk holds them after a power cut. */
export type Image = ReadonlyMap<string, Uint8Array>;

interface Inode {
  content: Uint8Array;
  /** What a power cut cannot take away; undefined: nothing was ever synced. */
  durable: Uint8Array | undefined;
}

interface CrashDiskOptions {
  /** The power is cut after this many steps; every later one fails. Default: never. */
  readonly cutAfter?: number;
  /** Called before each step, when `images` tells what a cut then may leave. */
  readonly onStep?: () => void;
  /** A disk that lies: syncing files or directories does nothing. For controls that must fail. */
  readonly ignores?: 'sync' | 'syncDirectory';
  /** A write takes at most this many bytes. */
  readonly writeLimit?: number;
}

/**
 * A disk with a volatile cache, whose power can be cut after any step. What was written and not
 * synced may survive in part or as zeros; renames and new names that were not synced may survive or
 * not, in the order they were made.
 */
export class CrashDisk implements Disk {
  /** Number of steps so far. */
  steps = 0;
  /** Only the process was killed at the cut: the disk and its cache go on. */
  goesOn = false;
  readonly #options: CrashDiskOptions;
  readonly #names: Map<string, Inode>;
  #durableNames: ReadonlyMap<string, Inode>;
  /** The names after each change since the directory was synced. */
  #unsynced: ReadonlyMap<string, Inode>[] = [];

  constructor(image: Image = new Map(), options: CrashDiskOptions = {}) {
    this.#options = options;
    this.#names = new Map(
      [...image].map(([path, content]) => [path, { content, durable: content }]),
    );
    this.#durableNames = new Map(this.#names);
  }

  async read(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
    await Promise.resolve();
    return this.#names.get(path)?.content.slice(0, maxBytes + 1);
  }

  async create(path: string): Promise<DiskFile> {
    await this.#step();
    const inode: Inode = this.#names.get(path) ?? {
      content: new Uint8Array(0),
      durable: undefined,
    };
    inode.content = new Uint8Array(0);
    this.#setName(path, inode);
    return {
      write: async (bytes) => {
        await this.#step();
        const taken = bytes.subarray(0, this.#options.writeLimit);
        inode.content = Uint8Array.from([...inode.content, ...taken]);
        return taken.length;
      },
      sync: async () => {
        await this.#step();
        if (this.#options.ignores !== 'sync') inode.durable = inode.content;
      },
      close: () => this.#step(),
    };
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#step();
    const inode = this.#names.get(from);
    if (inode === undefined) throw new Error(`no file ${from}`);
    this.#names.delete(from);
    this.#setName(to, inode);
  }

  async syncDirectory(path: string): Promise<void> {
    await this.#step();
    if ([...this.#names.keys()].some((name) => dirname(name) !== path)) throw new Error(path);
    if (this.#options.ignores === 'syncDirectory') return;
    this.#durableNames = new Map(this.#names);
    this.#unsynced = [];
  }

  /**
   * Every image that a power cut now may leave. `torn` gives the lengths at which a file that was
   * not synced may be cut off.
   */
  *images(torn: (length: number) => readonly number[]): Generator<Image> {
    for (const names of [this.#durableNames, ...this.#unsynced]) {
      const whole = new Map([...names].map(([path, { content }]) => [path, content] as const));
      const dirty = [...names].filter(([, inode]) => inode.durable !== inode.content);
      yield whole;
      for (const [path, { content, durable }] of dirty) {
        const rest = new Map(whole);
        yield rest.set(path, durable ?? new Uint8Array(0));
        yield new Map(rest).set(path, new Uint8Array(content.length));
        for (const length of torn(content.length)) {
          yield new Map(rest).set(path, content.slice(0, length));
        }
      }
    }
  }

  #setName(path: string, inode: Inode): void {
    this.#names.set(path, inode);
    this.#unsynced.push(new Map(this.#names));
  }

  async #step(): Promise<void> {
    await Promise.resolve();
    this.#options.onStep?.();
    if (!this.goesOn && this.steps >= (this.#options.cutAfter ?? Infinity))
      throw new Error('power cut');
    this.steps += 1;
  }
}

/** Every length up to that of the file. */
export const everyByte = (length: number): readonly number[] =>
  Array.from({ length }, (_, index) => index);

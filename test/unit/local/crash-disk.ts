import { dirname } from 'node:path/posix';
import type { Disk, DiskFile, FileStatus } from '../../../local/files/disk.js';

/**
 * Files by path, as a disk holds them after a power cut. Directories have a `/` at the end; those of the
 * root have always been there.
 */
export type Image = ReadonlyMap<string, Uint8Array>;

interface Inode {
  content: Uint8Array;
  /** What a power cut cannot take away; undefined: nothing was ever synced. */
  durable: Uint8Array | undefined;
}

/** A name that was given to a file or directory, or taken away. */
interface Change {
  readonly path: string;
  readonly inode: Inode | undefined;
  /** The name it had until then. */
  readonly from?: string;
}

export interface CrashDiskOptions {
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
 * synced may survive in part or as zeros; names that were given or taken away and not synced may survive
 * or not, in the order it was done.
 */
export class CrashDisk implements Disk {
  /** Number of steps so far. */
  steps = 0;
  /** Only the process was killed at the cut: the disk and its cache go on. */
  goesOn = false;
  readonly #options: CrashDiskOptions;
  readonly #names: Map<string, Inode>;
  readonly #durableNames: Map<string, Inode>;
  /** What was done to names since their directories were synced. */
  #unsynced: readonly Change[] = [];

  constructor(image: Image = new Map(), options: CrashDiskOptions = {}) {
    this.#options = options;
    this.#names = new Map(
      [...image].map(([path, content]) => [path, { content, durable: content }]),
    );
    this.#durableNames = new Map(this.#names);
  }

  async status(path: string): Promise<FileStatus | undefined> {
    await Promise.resolve();
    const uid = process.getuid?.() ?? 0;
    if (this.#names.has(path)) return { kind: 'file', mode: 0o600, uid };
    return this.hasDirectory(path) ? { kind: 'directory', mode: 0o700, uid } : undefined;
  }

  async read(
    path: string,
    maxBytes: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly status: FileStatus } | undefined> {
    const status = await this.status(path);
    const content = this.#names.get(path)?.content;
    if (status === undefined || content === undefined) return undefined;
    return { bytes: content.slice(0, maxBytes + 1), status };
  }

  async createNew(path: string): Promise<DiskFile> {
    await this.#step();
    this.#requireFree(path);
    const inode: Inode = { content: new Uint8Array(0), durable: undefined };
    this.#apply({ path, inode });
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
    this.#apply({ path: to, inode: this.#inode(from), from });
  }

  async link(from: string, to: string): Promise<void> {
    await this.#step();
    this.#requireFree(to);
    this.#apply({ path: to, inode: this.#inode(from) });
  }

  async unlink(path: string): Promise<void> {
    await this.#step();
    if (this.#names.has(path)) this.#apply({ path, inode: undefined });
  }

  async makeDirectory(path: string): Promise<string | undefined> {
    await this.#step();
    const missing: string[] = [];
    for (let at = path; !this.hasDirectory(at); at = dirname(at)) missing.unshift(at);
    for (const each of missing) {
      this.#apply({ path: `${each}/`, inode: { content: new Uint8Array(0), durable: undefined } });
    }
    return missing[0];
  }

  async syncDirectory(path: string): Promise<void> {
    await this.#step();
    if (!this.hasDirectory(path)) throw new Error(`no directory ${path}`);
    if (this.#options.ignores === 'syncDirectory') return;
    const inIt = (change: Change): boolean => dirname(change.path) === path;
    for (const change of this.#unsynced.filter(inIt)) setName(this.#durableNames, change);
    this.#unsynced = this.#unsynced.filter((change) => !inIt(change));
  }

  hasDirectory(path: string): boolean {
    return this.#names.has(`${path}/`) || dirname(path) === '/' || path === '/';
  }

  async list(path: string): Promise<readonly string[]> {
    await Promise.resolve();
    const inIt = [...this.#names.keys()].filter((name) => dirname(name) === path);
    return inIt.map((name) => name.slice(path.length + 1));
  }

  /**
   * Every image that a power cut now may leave. `torn` gives the lengths at which a file that was
   * not synced may be cut off.
   */
  *images(torn: (length: number) => readonly number[]): Generator<Image> {
    for (const names of this.#namesLeft()) {
      const whole = new Map([...names].map(([path, { content }]) => [path, content] as const));
      const dirty = [...names].filter(
        ([path, inode]) => !path.endsWith('/') && inode.durable !== inode.content,
      );
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

  /** The names that can be reached, with none, one, two ... of the changes that were not synced. */
  *#namesLeft(): Generator<ReadonlyMap<string, Inode>> {
    const names = new Map(this.#durableNames);
    const reachable = (path: string): boolean =>
      dirname(path) === '/' ||
      dirname(dirname(path)) === '/' ||
      (names.has(`${dirname(path)}/`) && reachable(dirname(path)));
    const left = (): ReadonlyMap<string, Inode> =>
      new Map([...names].filter(([path]) => reachable(path)));
    yield left();
    for (const change of this.#unsynced) {
      setName(names, change);
      yield left();
    }
  }

  #inode(path: string): Inode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
    return inode;
  }

  #requireFree(path: string): void {
    if (this.#names.has(path)) throw Object.assign(new Error(path), { code: 'EEXIST' });
  }

  #apply(change: Change): void {
    setName(this.#names, change);
    this.#unsynced = [...this.#unsynced, change];
  }

  async #step(): Promise<void> {
    await Promise.resolve();
    this.#options.onStep?.();
    if (!this.goesOn && this.steps >= (this.#options.cutAfter ?? Infinity)) {
      throw new Error('power cut');
    }
    this.steps += 1;
  }
}

const setName = (names: Map<string, Inode>, { path, inode, from }: Change): void => {
  if (from !== undefined) names.delete(from);
  if (inode === undefined) names.delete(path);
  else names.set(path, inode);
};

/** Every length up to that of the file. */
export const everyByte = (length: number): readonly number[] =>
  Array.from({ length }, (_, index) => index);

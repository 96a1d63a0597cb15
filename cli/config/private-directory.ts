import { join } from 'node:path';
import { PhoneKeyError } from '../../lib/errors.js';
import { utf8 } from '../../lib/platform/bytes.js';
import { nodeDisk } from '../../local/files/disk.js';
import type { Disk, FileStatus } from '../../local/files/disk.js';
import { makeDirectory, probe, writeDurably } from '../../local/files/durable.js';
import { notPrivate } from '../../local/files/privacy.js';
import { withLock } from '../../local/lock.js';

/**
 * Files that nobody else may read: 0600 in a directory of mode 0700, written so that a power cut
 * leaves the old contents or the new ones. Methods throw PhoneKeyError `keys.permissions`, or the file
 * system's own errors.
 */
export class PrivateDirectory {
  readonly #path: string;
  readonly #disk: Disk;

  constructor(path: string, disk: Disk = nodeDisk) {
    this.#path = path;
    this.#disk = disk;
  }

  /** The names in it; none where it does not exist. */
  async list(): Promise<readonly string[]> {
    return (await this.#exists()) ? this.#disk.list(this.#path) : [];
  }

  /**
   * The text of a file, or undefined where there is none.
   * @param maxBytes a longer file is read to one byte more
   */
  async read(name: string, maxBytes: number): Promise<string | undefined> {
    const path = join(this.#path, name);
    const found = await this.#disk.read(path, maxBytes);
    if (found === undefined) return undefined;
    if (found.status.kind !== 'file') throw inTheWay(path, 'file');
    checkPrivate(path, found.status, 'chmod 600');
    return Buffer.from(found.bytes).toString();
  }

  /**
   * Resolves once the contents are durable. False, and nothing written, when the file was to be `new`
   * and there is one.
   */
  async write(name: string, text: string, how: 'new' | 'replace'): Promise<boolean> {
    await this.#make();
    return writeDurably(this.#disk, join(this.#path, name), utf8(text), how);
  }

  /** Finds out whether so many bytes could be written. */
  async probe(bytes: number): Promise<void> {
    await this.#make();
    await probe(this.#disk, this.#path, bytes);
  }

  /** Without effect where there is none. */
  async remove(name: string): Promise<void> {
    if (!(await this.#exists())) return;
    await this.#disk.unlink(join(this.#path, name));
    await this.#disk.syncDirectory(this.#path);
  }

  /**
   * Runs `work` while no other program runs its own about the same file.
   * @throws PhoneKeyError `keys.not-saved` when another one takes very long
   */
  async locked<T>(name: string, work: () => Promise<T>): Promise<T> {
    await this.#make();
    const path = join(this.#path, `${name}.lock`);
    const held = (): PhoneKeyError =>
      new PhoneKeyError('keys.not-saved', `another program holds ${path}`, {
        hint: `If no other key command runs, remove it: ${path}`,
      });
    return withLock(path, work, { disk: this.#disk, held });
  }

  async #exists(): Promise<boolean> {
    const found = await this.#disk.status(this.#path);
    if (found === undefined) return false;
    if (found.kind !== 'directory') throw inTheWay(this.#path, 'directory');
    checkPrivate(this.#path, found, 'chmod 700');
    return true;
  }

  async #make(): Promise<void> {
    if (await this.#exists()) return;
    await makeDirectory(this.#disk, this.#path);
    await this.#exists();
  }
}

/**
 * Refuses what others may read, or what is somebody else's.
 * @param fix how to make it private: `chmod 600`
 * @throws PhoneKeyError `keys.permissions`
 */
export const checkPrivate = (
  path: string,
  status: Pick<FileStatus, 'mode' | 'uid'>,
  fix: string,
): void => {
  const why = notPrivate(status);
  if (why === 'mode') throw denied(`others may read ${path}`, `Make it private: ${fix} '${path}'`);
  if (why === undefined) return;
  throw denied(`${path} belongs to somebody else`, 'Run key as the user who paired.');
};

const inTheWay = (path: string, wanted: 'file' | 'directory'): PhoneKeyError =>
  denied(`${path} is not a ${wanted}`, `Move it away: ${path}`);

const denied = (message: string, hint: string): PhoneKeyError =>
  new PhoneKeyError('keys.permissions', message, { hint });

import { join } from 'node:path';
import { writeAll } from '../../firmware-sim/memory/disk.js';
import { isErrno } from '../../firmware-sim/memory/errno.js';
import { syncParents } from '../../firmware-sim/memory/home.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { utf8 } from '../../lib/platform/bytes.js';
import { isAbandoned, pidOfTemporary, setInUse, temporaryName } from './in-use.js';
import { nodePrivateDisk } from './private-disk.js';
import type { FileStatus, PrivateDisk } from './private-disk.js';
import { withLock } from './private-lock.js';

/** Windows has no modes; the user's own directories are private there. */
const HAS_MODES = process.platform !== 'win32';

/**
 * Files that nobody else may read: 0600 in a directory of mode 0700, written so that a power cut
 * leaves the old contents or the new ones. Methods throw PhoneKeyError `keys.permissions`, or the file
 * system's own errors.
 */
export class PrivateDirectory {
  readonly #path: string;
  readonly #disk: PrivateDisk;

  constructor(path: string, disk: PrivateDisk = nodePrivateDisk) {
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
    if (found.status.kind !== 'file') {
      throw notPrivate(`${path} is not a file`, `Move it away: ${path}`);
    }
    checkPrivate(path, found.status, 'chmod 600');
    return Buffer.from(found.bytes).toString();
  }

  /**
   * Resolves once the contents are durable. False, and nothing written, when the file was to be `new`
   * and there is one.
   */
  async write(name: string, text: string, how: 'new' | 'replace'): Promise<boolean> {
    await this.#make();
    const path = join(this.#path, name);
    const written = await this.#withTemporary(name, text, async (temporary) => {
      if (how === 'replace') {
        await this.#disk.rename(temporary, path);
        return true;
      }
      // A link fails where the name is taken; a rename would replace what is there.
      const linked = await this.#disk.link(temporary, path).then(
        () => true,
        (error: unknown) => {
          if (isErrno(error, 'EEXIST')) return false;
          throw error;
        },
      );
      await this.#disk.unlink(temporary);
      return linked;
    });
    if (written) await this.#disk.syncDirectory(this.#path);
    return written;
  }

  /** Finds out whether so many bytes could be written. */
  async probe(bytes: number): Promise<void> {
    await this.#make();
    await this.#withTemporary('probe', ' '.repeat(bytes), (temporary) =>
      this.#disk.unlink(temporary),
    );
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
    return withLock(this.#disk, join(this.#path, `${name}.lock`), work);
  }

  async #exists(): Promise<boolean> {
    const found = await this.#disk.status(this.#path);
    if (found === undefined) return false;
    if (found.kind !== 'directory') {
      throw notPrivate(`${this.#path} is not a directory`, `Move it away: ${this.#path}`);
    }
    checkPrivate(this.#path, found, 'chmod 700');
    return true;
  }

  async #make(): Promise<void> {
    if (await this.#exists()) return;
    const first = await this.#disk.makeDirectory(this.#path);
    await this.#exists();
    if (first !== undefined) await syncParents(this.#disk, first, this.#path);
  }

  /** Writes a temporary file, durably, for `use` to rename or remove. */
  async #withTemporary<T>(
    name: string,
    text: string,
    use: (path: string) => Promise<T>,
  ): Promise<T> {
    await this.#sweep();
    const path = temporaryName(join(this.#path, name));
    setInUse(path, true);
    try {
      const file = await this.#disk.createNew(path);
      try {
        await writeAll(file, utf8(text));
        await file.sync();
      } finally {
        await file.close();
      }
      return await use(path);
    } catch (error) {
      await this.#disk.unlink(path).catch(() => undefined);
      throw error;
    } finally {
      setInUse(path, false);
    }
  }

  /** Removes what writers that were killed left behind: it holds private keys. */
  async #sweep(): Promise<void> {
    for (const name of await this.#disk.list(this.#path)) {
      const pid = pidOfTemporary(name);
      const path = join(this.#path, name);
      if (pid !== undefined && isAbandoned(pid, path)) await this.#disk.unlink(path);
    }
  }
}

/**
 * Refuses what others may read, or what is somebody else's.
 * @param fix how to make it private: `chmod 600`
 * @throws PhoneKeyError `keys.permissions`
 */
export const checkPrivate = (
  path: string,
  { mode, uid }: Pick<FileStatus, 'mode' | 'uid'>,
  fix: string,
): void => {
  if (!HAS_MODES) return;
  if ((mode & 0o077) !== 0) {
    throw notPrivate(`others may read ${path}`, `Make it private: ${fix} '${path}'`);
  }
  if (uid !== process.getuid?.()) {
    throw notPrivate(`${path} belongs to somebody else`, 'Run key as the user who paired.');
  }
};

const notPrivate = (message: string, hint: string): PhoneKeyError =>
  new PhoneKeyError('keys.permissions', message, { hint });

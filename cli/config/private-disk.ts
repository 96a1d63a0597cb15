import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import { link, mkdir, open, readdir, stat, unlink } from 'node:fs/promises';
import { diskFile, nodeDisk, readUpTo } from '../../firmware-sim/memory/disk.js';
import type { Disk, DiskFile } from '../../firmware-sim/memory/disk.js';
import { isErrno } from '../../firmware-sim/memory/errno.js';

/** What is known of a name. */
export interface FileStatus {
  readonly kind: 'file' | 'directory' | 'other';
  /** Permission bits, as in stat(2). */
  readonly mode: number;
  readonly uid: number;
}

/**
 * The steps that keeping private files takes, one call each, so that a test can cut the power after any
 * of them. Rejections are the file system's own errors.
 */
export interface PrivateDisk extends Pick<Disk, 'rename' | 'syncDirectory'> {
  /** Undefined where there is nothing. */
  status(path: string): Promise<FileStatus | undefined>;
  /** At most `maxBytes` + 1 bytes of the file, and whose it is; undefined where there is none. */
  read(
    path: string,
    maxBytes: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly status: FileStatus } | undefined>;
  list(path: string): Promise<readonly string[]>;
  /** With its parents, all of mode 0700; gives the first that was missing. */
  makeDirectory(path: string): Promise<string | undefined>;
  /** Of mode 0600; rejects where the name is taken. */
  createNew(path: string): Promise<DiskFile>;
  /** A second name for the file; rejects where it is taken. */
  link(from: string, to: string): Promise<void>;
  /** Without effect where there is nothing. */
  unlink(path: string): Promise<void>;
}

const statusOf = (found: Stats): FileStatus => ({
  kind: found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other',
  mode: found.mode,
  uid: found.uid,
});

const ifMissing = (error: unknown): undefined => {
  if (!isErrno(error, 'ENOENT')) throw error;
};

export const nodePrivateDisk: PrivateDisk = {
  rename: (from, to) => nodeDisk.rename(from, to),
  syncDirectory: (path) => nodeDisk.syncDirectory(path),
  list: readdir,
  link,

  async status(path) {
    const found = await stat(path).catch(ifMissing);
    return found === undefined ? undefined : statusOf(found);
  },

  async read(path, maxBytes) {
    // Not waiting for a writer, should it be a pipe.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(ifMissing);
    if (file === undefined) return undefined;
    try {
      const status = statusOf(await file.stat());
      if (status.kind !== 'file') return { bytes: new Uint8Array(0), status };
      return { bytes: await readUpTo(file, maxBytes), status };
    } finally {
      await file.close();
    }
  },

  makeDirectory: (path) => mkdir(path, { recursive: true, mode: 0o700 }),

  async createNew(path) {
    return diskFile(await open(path, 'wx', 0o600));
  },

  async unlink(path) {
    await unlink(path).catch(ifMissing);
  },
};

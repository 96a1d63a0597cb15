import { constants, fsync } from 'node:fs';
import type { Stats } from 'node:fs';
import { link, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { isErrno } from '../errno.js';

/** What is known of a name. */
export interface FileStatus {
  readonly kind: 'file' | 'directory' | 'other';
  /** Permission bits, as in stat(2). */
  readonly mode: number;
  readonly uid: number;
}

/**
 * The few steps that keeping files durably takes, one call each, so that a test can cut the power after
 * any of them. Rejections are the file system's own errors.
 */
export interface Disk {
  /** Undefined where there is nothing. */
  status(path: string): Promise<FileStatus | undefined>;
  /** At most `maxBytes` + 1 bytes of the file, and whose it is; undefined where there is none. */
  read(
    path: string,
    maxBytes: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly status: FileStatus } | undefined>;
  list(directory: string): Promise<readonly string[]>;
  /** With its parents, all of mode 0700; gives the first that was missing. */
  makeDirectory(path: string): Promise<string | undefined>;
  /** Of mode 0600; rejects where the name is taken. */
  createNew(path: string): Promise<DiskFile>;
  rename(from: string, to: string): Promise<void>;
  /** A second name for the file; rejects where it is taken. */
  link(from: string, to: string): Promise<void>;
  /** Without effect where there is nothing. */
  unlink(path: string): Promise<void>;
  /** Makes names that were given or taken away in the directory durable. */
  syncDirectory(path: string): Promise<void>;
}

export interface DiskFile {
  /** Appends; gives the number of bytes taken, which may be fewer than asked. */
  write(bytes: Uint8Array): Promise<number>;
  /** Resolves when the contents are durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

const statusOf = (found: Stats): FileStatus => ({
  kind: found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other',
  mode: found.mode,
  uid: found.uid,
});

const ifMissing = (error: unknown): undefined => {
  if (!isErrno(error, 'ENOENT')) throw error;
};

const readUpTo = async (file: FileHandle, maxBytes: number): Promise<Uint8Array> => {
  const buffer = new Uint8Array(maxBytes + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length);
    length += bytesRead;
    if (bytesRead === 0 || length === buffer.length) return buffer.slice(0, length);
  }
};

/** By its number: the handles that Yarn's Plug'n'Play gives instead of Node's have no `sync`. */
const syncFile = promisify(fsync);
/** One by one: Node's own way tries for ever where a file system (/proc) says of a new name that it is not there. */
const makeDirectory = async (path: string): Promise<string | undefined> => {
  const missing: string[] = [];
  for (let at = path; (await stat(at).catch(ifMissing)) === undefined; at = dirname(at)) {
    missing.unshift(at);
    if (at === dirname(at)) break; // a drive that is not there
  }
  for (const each of missing) {
    await mkdir(each, { mode: 0o700 }).catch(async (error: unknown) => {
      // Somebody else was faster.
      if (!isErrno(error, 'EEXIST') || !(await stat(each)).isDirectory()) throw error;
    });
  }
  return missing[0];
};

export const nodeDisk: Disk = {
  list: readdir,
  rename,
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

  makeDirectory,

  async createNew(path) {
    const file = await open(path, 'wx', 0o600);
    return {
      write: async (bytes) => (await file.write(bytes)).bytesWritten,
      sync: () => syncFile(file.fd),
      close: () => file.close(),
    };
  },

  async unlink(path) {
    await unlink(path).catch(ifMissing);
  },

  async syncDirectory(path) {
    // Windows can neither open nor sync a directory; NTFS journals the rename.
    if (process.platform === 'win32') return;
    const directory = await open(path, 'r');
    try {
      await syncFile(directory.fd);
    } finally {
      await directory.close();
    }
  },
};

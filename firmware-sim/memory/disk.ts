import { open, rename } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { isErrno } from './errno.js';

/**
 * The few steps that writing durably takes, one call each, so that a test can cut the power after
 * any of them. Rejections are the file system's own errors.
 */
export interface Disk {
  /** At most `maxBytes` + 1 bytes of the file; undefined when there is none. */
  read(path: string, maxBytes: number): Promise<Uint8Array | undefined>;
  /** Creates the file, or empties it; readable by its owner only. */
  create(path: string): Promise<DiskFile>;
  rename(from: string, to: string): Promise<void>;
  /** Makes renames in the directory durable. */
  syncDirectory(path: string): Promise<void>;
}

export interface DiskFile {
  /** Appends; gives the number of bytes taken, which may be fewer than asked. */
  write(bytes: Uint8Array): Promise<number>;
  /** Resolves when the contents are durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** However little the file takes at a time. */
export const writeAll = async (file: DiskFile, bytes: Uint8Array): Promise<void> => {
  for (let done = 0; done < bytes.length;) {
    const taken = await file.write(bytes.subarray(done));
    if (taken === 0) throw new Error('the disk takes no more bytes');
    done += taken;
  }
};

export const diskFile = (file: FileHandle): DiskFile => ({
  write: async (bytes) => (await file.write(bytes)).bytesWritten,
  sync: () => file.sync(),
  close: () => file.close(),
});

/** At most `maxBytes` + 1 bytes, from the beginning. */
export const readUpTo = async (file: FileHandle, maxBytes: number): Promise<Uint8Array> => {
  const buffer = new Uint8Array(maxBytes + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length);
    length += bytesRead;
    if (bytesRead === 0 || length === buffer.length) return buffer.slice(0, length);
  }
};

export const nodeDisk: Disk = {
  async read(path, maxBytes) {
    const file = await open(path, 'r').catch((error: unknown) => {
      if (isErrno(error, 'ENOENT')) return undefined;
      throw error;
    });
    if (file === undefined) return undefined;
    try {
      return await readUpTo(file, maxBytes);
    } finally {
      await file.close();
    }
  },

  async create(path) {
    return diskFile(await open(path, 'w', 0o600));
  },

  rename,

  async syncDirectory(path) {
    // Windows can neither open nor sync a directory; NTFS journals the rename.
    if (process.platform === 'win32') return;
    const directory = await open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  },
};

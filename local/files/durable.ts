import { dirname, resolve } from 'node:path';
import { isErrno } from '../errno.js';
import type { Disk, DiskFile } from './disk.js';
import { systemOwners } from './owner.js';
import { sweepTemporaries, temporaryIn } from './temporary.js';

/*
 * Files that a power cut leaves with their old contents or their new ones. Rejections are the file
 * system's own errors.
 */

/**
 * Writes a file of mode 0600; resolves once the contents and the name are durable. False, and nothing
 * written, when the file was to be `new` and there is one.
 */
export const writeDurably = async (
  disk: Disk,
  path: string,
  bytes: Uint8Array,
  how: 'new' | 'replace' = 'replace',
): Promise<boolean> => {
  const directory = dirname(path);
  const written = await withTemporary(disk, directory, bytes, async (temporary) => {
    if (how === 'replace') {
      await disk.rename(temporary, path);
      return true;
    }
    // A rename would replace what is there.
    const linked = await linkNew(disk, temporary, path);
    await disk.unlink(temporary);
    return linked;
  });
  if (written) await disk.syncDirectory(directory);
  return written;
};

/** Finds out whether so many bytes could be written in the directory. */
export const probe = (disk: Disk, directory: string, bytes: number): Promise<void> =>
  withTemporary(disk, directory, new Uint8Array(bytes), (temporary) => disk.unlink(temporary));

/** Creates the directory and its parents, of mode 0700, where they are missing: durably, too. False: it was there. */
export const makeDirectory = async (disk: Disk, path: string): Promise<boolean> => {
  const first = await disk.makeDirectory(path);
  if (first === undefined) return false;
  const end = resolve(first);
  for (let at = resolve(path); ; at = dirname(at)) {
    await disk.syncDirectory(dirname(at));
    if (at === end) return true;
  }
};

/** False where the name is taken: of several one alone gets it, with the file complete. */
export const linkNew = async (disk: Disk, from: string, to: string): Promise<boolean> => {
  try {
    await disk.link(from, to);
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
};

/** However little the file takes at a time. */
export const writeAll = async (file: DiskFile, bytes: Uint8Array): Promise<void> => {
  for (let done = 0; done < bytes.length;) {
    const taken = await file.write(bytes.subarray(done));
    if (taken === 0) throw new Error('the disk takes no more bytes');
    done += taken;
  }
};

/** Writes a temporary file, durably, for `use` to rename or remove. */
const withTemporary = async <T>(
  disk: Disk,
  directory: string,
  bytes: Uint8Array,
  use: (path: string) => Promise<T>,
): Promise<T> => {
  await sweepTemporaries(disk, directory);
  const owner = await systemOwners.begin();
  const path = temporaryIn(directory, owner);
  try {
    const file = await disk.createNew(path);
    try {
      await writeAll(file, bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    return await use(path);
  } catch (error) {
    await disk.unlink(path).catch(() => undefined);
    throw error;
  } finally {
    systemOwners.end(owner);
  }
};

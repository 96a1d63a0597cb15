import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { PhoneKeyError } from '../../lib/errors.js';
import { nodeDisk } from './disk.js';
import type { Disk } from './disk.js';

/**
 * Creates the directory of a car (0700) where it is missing.
 * @throws PhoneKeyError `sim.storage` when it cannot, or when others may enter an existing one
 */
export const prepareHome = async (home: string): Promise<void> => {
  const path = resolve(home);
  try {
    const first = await mkdir(path, { recursive: true, mode: 0o700 });
    if (first !== undefined) await syncParents(nodeDisk, first, path);
  } catch (cause) {
    throw new PhoneKeyError('sim.storage', `cannot create the directory ${path}`, { cause });
  }
  const { mode } = await stat(path);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new PhoneKeyError('sim.storage', `others may enter the car's directory ${path}`, {
      hint: `Make it private: chmod 700 ${path}`,
    });
  }
};

/**
 * Makes the entries of new directories durable, from that of `last` up to that of `first`, one of its
 * parents or itself: they must outlive a power cut, too.
 */
export const syncParents = async (
  disk: Pick<Disk, 'syncDirectory'>,
  first: string,
  last: string,
): Promise<void> => {
  const end = resolve(first);
  for (let path = resolve(last); ; path = dirname(path)) {
    await disk.syncDirectory(dirname(path));
    if (path === end) return;
  }
};

import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { PhoneKeyError } from '../../lib/errors.js';
import { nodeDisk } from './disk.js';

/**
 * Creates the directory of a car (0700) where it is missing.
 * @throws PhoneKeyError `sim.storage` when it cannot, or when others may enter an existing one
 */
export const prepareHome = async (home: string): Promise<void> => {
  const path = resolve(home);
  try {
    const first = await mkdir(path, { recursive: true, mode: 0o700 });
    if (first !== undefined) await syncParents(resolve(first), path);
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

/** The new directories' own entries must outlive a power cut, too. */
const syncParents = async (first: string, last: string): Promise<void> => {
  for (let path = last; ; path = dirname(path)) {
    await nodeDisk.syncDirectory(dirname(path));
    if (path === first) return;
  }
};

import { rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PhoneKeyError } from '../../lib/errors.js';
import { nodeDisk } from '../../local/files/disk.js';
import type { Disk, FileStatus } from '../../local/files/disk.js';
import { makeDirectory } from '../../local/files/durable.js';
import { systemOwners } from '../../local/files/owner.js';
import { notPrivate } from '../../local/files/privacy.js';
import { tryLock } from '../../local/lock.js';
import { storageFault } from './memory.js';

/**
 * Makes the directory of a car (0700) where it is missing, and keeps other processes off it until what it
 * gives is called; a directory that it made goes again with that where nothing is left in it.
 * @throws PhoneKeyError `sim.already-running`; `sim.storage` when it cannot, or when it is not this user's alone
 */
export const lockHome = async (
  home: string,
  disk: Disk = nodeDisk,
): Promise<() => Promise<void>> => {
  const directory = resolve(home);
  const made = await makeDirectory(disk, directory).catch(
    storageFault(`cannot create the directory ${directory}`),
  );
  // On a full disk nothing half done stays. It is kept where there is something in it.
  const leave = async (): Promise<void> => {
    if (made) await rmdir(directory).catch(() => undefined);
  };
  try {
    checkPrivate(directory, await disk.status(directory));
    const path = join(home, 'lock');
    const lock = await tryLock(path, { disk, owners: systemOwners }).catch(
      storageFault(`cannot write the lock ${path}`),
    );
    if (lock !== undefined) return () => lock.release().finally(leave);
    throw new PhoneKeyError('sim.already-running', 'this car runs already in another process', {
      hint: `Stop it first. If no car runs, delete ${path}.`,
    });
  } catch (error) {
    await leave();
    throw error;
  }
};

/** Whoever else may write in it could put a memory there with keys of his own. */
const checkPrivate = (directory: string, status: FileStatus | undefined): void => {
  const why = status && notPrivate(status);
  if (why === 'mode') {
    throw new PhoneKeyError('sim.storage', `others may enter the car's directory ${directory}`, {
      hint: `Make it private: chmod 700 '${directory}'`,
    });
  }
  if (why === 'owner') {
    throw new PhoneKeyError(
      'sim.storage',
      `the car's directory ${directory} belongs to another user (uid ${String(status?.uid)})`,
      {
        hint: 'Start the car as that user, or give it another name: whoever has the directory can change its keys.',
      },
    );
  }
};

import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PhoneKeyError } from '../../lib/errors.js';
import { nodeDisk } from '../../local/files/disk.js';
import { makeDirectory } from '../../local/files/durable.js';
import { notPrivate } from '../../local/files/privacy.js';
import { tryLock } from '../../local/lock.js';
import { storageFault } from './memory.js';

/**
 * Creates the directory of a car (0700) where it is missing.
 * @throws PhoneKeyError `sim.storage` when it cannot, or when others may enter an existing one
 */
export const prepareHome = async (home: string): Promise<void> => {
  const path = resolve(home);
  await makeDirectory(nodeDisk, path).catch(storageFault(`cannot create the directory ${path}`));
  if (notPrivate(await stat(path)) === 'mode') {
    throw new PhoneKeyError('sim.storage', `others may enter the car's directory ${path}`, {
      hint: `Make it private: chmod 700 ${path}`,
    });
  }
};

/**
 * Makes the directory and keeps other processes off it, until what it gives is called.
 * @throws PhoneKeyError `sim.already-running`, `sim.storage`
 */
export const lockHome = async (home: string): Promise<() => Promise<void>> => {
  await prepareHome(home);
  const path = join(home, 'lock');
  const lock = await tryLock(path).catch(storageFault(`cannot write the lock ${path}`));
  if (lock !== undefined) return () => lock.release();
  throw new PhoneKeyError('sim.already-running', 'this car runs already in another process', {
    hint: `Stop it first. If no car runs, delete ${path}.`,
  });
};

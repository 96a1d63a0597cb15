import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PhoneKeyError } from '../../lib/errors.js';
import { nodeDisk } from '../../local/files/disk.js';
import { makeDirectory } from '../../local/files/durable.js';
import { notPrivate } from '../../local/files/privacy.js';
import { tryLock } from '../../local/lock.js';
import { storageFault } from './memory.js';

/**
 * Makes the directory of a car (0700) where it is missing, and keeps other processes off it until what it
 * gives is called.
 * @throws PhoneKeyError `sim.already-running`; `sim.storage` when it cannot, or others may enter it
 */
export const lockHome = async (home: string): Promise<() => Promise<void>> => {
  const directory = resolve(home);
  await makeDirectory(nodeDisk, directory).catch(
    storageFault(`cannot create the directory ${directory}`),
  );
  if (notPrivate(await stat(directory)) === 'mode') {
    throw new PhoneKeyError('sim.storage', `others may enter the car's directory ${directory}`, {
      hint: `Make it private: chmod 700 ${directory}`,
    });
  }
  const path = join(home, 'lock');
  const lock = await tryLock(path).catch(storageFault(`cannot write the lock ${path}`));
  if (lock !== undefined) return () => lock.release();
  throw new PhoneKeyError('sim.already-running', 'this car runs already in another process', {
    hint: `Stop it first. If no car runs, delete ${path}.`,
  });
};

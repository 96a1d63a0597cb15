import { join } from 'node:path';
import { PhoneKeyError } from '../../lib/errors.js';
import { nodeDisk } from '../../local/files/disk.js';
import { makeDirectory } from '../../local/files/durable.js';
import { tryLock } from '../../local/lock.js';
import { checkPrivate } from '../config/private-directory.js';

/**
 * Makes the directory of the cloud (0700), and keeps a second cloud out of it until what it gives is called.
 * @throws PhoneKeyError `sim.already-running`, `keys.permissions`, or the file system's own errors
 */
export const lockCloudHome = async (home: string): Promise<() => Promise<void>> => {
  await makeDirectory(nodeDisk, home);
  const status = await nodeDisk.status(home);
  if (status !== undefined) checkPrivate(home, status, 'chmod 700');
  const lock = await tryLock(join(home, 'lock'));
  if (lock !== undefined) return () => lock.release();
  throw new PhoneKeyError('sim.already-running', 'the cloud of this home runs already', {
    hint: `Stop it first, or give this one another directory with --home. If none runs, delete ${join(home, 'lock')}.`,
  });
};

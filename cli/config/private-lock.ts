import { writeAll } from '../../firmware-sim/memory/disk.js';
import { isErrno } from '../../firmware-sim/memory/errno.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { utf8 } from '../../lib/platform/bytes.js';
import { isAbandoned, pidOfTemporary, setInUse, temporaryName } from './in-use.js';
import type { PrivateDisk } from './private-disk.js';

/** What is done under a lock takes milliseconds; these are milliseconds, too. */
const AGAIN_MS = 10;
const MOST_WAITING_MS = 15_000;
const MOST_HOLDER_BYTES = 8192;

/**
 * Runs `work` while nobody else runs theirs under the same lock: a file that says whose it is, by the
 * temporary name that it was made under. The lock of a program that was killed is taken away from it.
 * @throws PhoneKeyError `keys.not-saved` when somebody holds it for very long
 */
export const withLock = async <T>(
  disk: PrivateDisk,
  path: string,
  work: () => Promise<T>,
): Promise<T> => {
  const giveUpAt = performance.now() + MOST_WAITING_MS;
  const holder = temporaryName(path);
  setInUse(holder, true);
  try {
    while (!(await take(disk, path, holder))) {
      if (performance.now() > giveUpAt) throw held(path);
      if (await breakIfAbandoned(disk, path)) continue;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
    try {
      return await work();
    } finally {
      await disk.unlink(path);
    }
  } finally {
    setInUse(holder, false);
  }
};

/** By a link, so that the lock says whose it is from the moment it is there. */
const take = async (disk: PrivateDisk, path: string, holder: string): Promise<boolean> => {
  try {
    const file = await disk.createNew(holder);
    try {
      await writeAll(file, utf8(holder));
    } finally {
      await file.close();
    }
    await disk.link(holder, path);
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await disk.unlink(holder);
  }
};

/**
 * Moved away first: of several that find it abandoned one gets it, and sees whether it is still the one
 * it found.
 */
const breakIfAbandoned = async (disk: PrivateDisk, path: string): Promise<boolean> => {
  const left = await leftBy(disk, path);
  // Whoever ended between the reading and the asking took its lock with it: only what is still there is left.
  if (left === undefined || (await leftBy(disk, path)) !== left) return false;
  const aside = temporaryName(path);
  setInUse(aside, true);
  try {
    await disk.rename(path, aside);
    if ((await leftBy(disk, aside)) !== undefined) return true;
    await disk.link(aside, path).catch(() => undefined);
    return false;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return true; // somebody else was quicker
    throw error;
  } finally {
    await disk.unlink(aside);
    setInUse(aside, false);
  }
};

/** Whose lock was left there, undefined: nobody's. A torn one, of after a power cut, says nothing. */
const leftBy = async (disk: PrivateDisk, path: string): Promise<string | undefined> => {
  const found = await disk.read(path, MOST_HOLDER_BYTES);
  if (found === undefined) return undefined;
  const holder = Buffer.from(found.bytes).toString();
  const pid = pidOfTemporary(holder);
  return pid === undefined || isAbandoned(pid, holder) ? holder : undefined;
};

const held = (path: string): PhoneKeyError =>
  new PhoneKeyError('keys.not-saved', `another program holds ${path}`, {
    hint: `If no other key command runs, remove it: ${path}`,
  });

import { randomUUID } from 'node:crypto';
import { link, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { isErrno } from '../../firmware-sim/memory/errno.js';
import { PhoneKeyError } from '../../lib/errors.js';

/** Work under a lock takes milliseconds: one that is older, in milliseconds, was left behind. */
const STALE_MS = 10_000;
const AGAIN_MS = 10;
const MOST_WAITING_MS = 15_000;

/**
 * Runs `work` while no other program runs its own under the same lock, which is a file.
 * @throws PhoneKeyError `keys.not-saved` when others hold it for very long
 */
export const withFileLock = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  const token = randomUUID();
  const giveUpAt = performance.now() + MOST_WAITING_MS;
  while (!(await take(path, token))) {
    if (performance.now() > giveUpAt) {
      throw new PhoneKeyError('keys.not-saved', `another program holds ${path}`);
    }
    await breakIfStale(path, token);
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
  try {
    return await work();
  } finally {
    if ((await holder(path)) === token) await unlink(path).catch(ifMissing);
  }
};

const take = async (path: string, token: string): Promise<boolean> => {
  try {
    await writeFile(path, token, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
};

/** Moved away first: of several that find it stale, one gets it, and sees whether it is the one it found. */
const breakIfStale = async (path: string, token: string): Promise<void> => {
  const found = await stat(path).catch(ifMissing);
  if (found === undefined || Date.now() - found.mtimeMs < STALE_MS) return;
  const stale = await holder(path);
  const aside = `${path}.${token}`;
  await rename(path, aside).catch(ifMissing);
  const moved = await holder(aside);
  if (moved !== undefined && moved !== stale) await link(aside, path).catch(() => undefined);
  await unlink(aside).catch(ifMissing);
};

const holder = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch(ifMissing);

const ifMissing = (error: unknown): undefined => {
  if (!isErrno(error, 'ENOENT')) throw error;
};

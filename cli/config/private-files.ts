import { constants } from 'node:fs';
import { link, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeDisk } from '../../firmware-sim/memory/disk.js';
import { isErrno } from '../../firmware-sim/memory/errno.js';
import { PhoneKeyError } from '../../lib/errors.js';

/**
 * Files that nobody else may read: 0600 in a directory of mode 0700, written so that a power cut
 * leaves the old contents or the new ones.
 */

/** Windows has no modes; the user's own directories are private there. */
const HAS_MODES = process.platform !== 'win32';
const TEMPORARY = /\.(\d+)-\d+\.tmp$/;
let sequence = 0;

/**
 * False where the directory does not exist.
 * @throws PhoneKeyError `keys.permissions`
 */
export const isPrivateDirectory = async (path: string): Promise<boolean> => {
  const found = await stat(path).catch(ifMissing);
  if (found === undefined) return false;
  if (!found.isDirectory()) throw notPrivate(`${path} is not a directory`, `Move it away: ${path}`);
  checkPrivate(path, found, 'chmod 700');
  return true;
};

/** Creates the directory where it is missing. */
export const makePrivateDirectory = async (path: string): Promise<void> => {
  if (await isPrivateDirectory(path)) return;
  await mkdir(path, { recursive: true, mode: 0o700 });
  await isPrivateDirectory(path);
};

/**
 * The text of a private file, or undefined where there is none.
 * @param maxBytes a longer file is read to one byte more
 * @throws PhoneKeyError `keys.permissions`
 */
export const readPrivateFile = async (
  path: string,
  maxBytes: number,
): Promise<string | undefined> => {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(ifMissing);
  if (file === undefined) return undefined;
  try {
    const found = await file.stat();
    if (!found.isFile()) throw notPrivate(`${path} is not a file`, `Move it away: ${path}`);
    checkPrivate(path, found, 'chmod 600');
    const buffer = Buffer.alloc(maxBytes + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length === buffer.length) return buffer.toString('utf8', 0, length);
    }
  } finally {
    await file.close();
  }
};

/**
 * Resolves once the contents are durable. The directory exists. False, and nothing written, when the
 * file was to be `new` and there is one.
 */
export const writePrivateFile = async (
  directory: string,
  name: string,
  text: string,
  how: 'new' | 'replace',
): Promise<boolean> => {
  await sweep(directory);
  const temporary = join(directory, `${name}.${process.pid}-${++sequence}.tmp`);
  const file = await open(temporary, 'wx', 0o600);
  try {
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    if (how === 'replace') {
      await rename(temporary, join(directory, name));
    } else {
      // A link fails where the name is taken; a rename would replace what is there.
      await link(temporary, join(directory, name));
      await unlink(temporary);
    }
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    if (how === 'new' && isErrno(error, 'EEXIST')) return false;
    throw error;
  }
  await nodeDisk.syncDirectory(directory);
  return true;
};

/** Without effect where there is none. */
export const removePrivateFile = async (directory: string, name: string): Promise<void> => {
  await unlink(join(directory, name)).catch(ifMissing);
  await nodeDisk.syncDirectory(directory);
};

/** Removes what writers that were killed left behind: it holds private keys. */
const sweep = async (directory: string): Promise<void> => {
  for (const name of await readdir(directory)) {
    const pid = TEMPORARY.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await unlink(join(directory, name)).catch(ifMissing);
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isErrno(error, 'ESRCH');
  }
};

/**
 * Refuses what others may read, or what is somebody else's.
 * @param fix how to make it private: `chmod 600`
 * @throws PhoneKeyError `keys.permissions`
 */
export const checkPrivate = (
  path: string,
  { mode, uid }: { readonly mode: number; readonly uid: number },
  fix: string,
): void => {
  if (!HAS_MODES) return;
  if ((mode & 0o077) !== 0) {
    throw notPrivate(`others may read ${path}`, `Make it private: ${fix} '${path}'`);
  }
  if (uid !== process.getuid?.()) {
    throw notPrivate(`${path} belongs to somebody else`, 'Run key as the user who paired.');
  }
};

const notPrivate = (message: string, hint: string): PhoneKeyError =>
  new PhoneKeyError('keys.permissions', message, { hint });

const ifMissing = (error: unknown): undefined => {
  if (!isErrno(error, 'ENOENT')) throw error;
};

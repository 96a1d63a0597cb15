import { mkdtemp, readlink, rm, symlink, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { PhoneKeyError } from '../../lib/errors.js';
import { isErrno } from '../../local/errno.js';
import { isServed } from '../../local/sockets.js';

/*
 * The user's link leads to FOLDER/tty, and that to the slave. So a link of ours is known by its target,
 * the slave can be replaced under it, and whether somebody still serves it is asked at FOLDER/h4.sock.
 */

const FOLDER_PREFIX = 'phonekey-pty-';
const TTY = 'tty';

/** A new folder for one pty, mode 0700. */
export const makeFolder = (): Promise<string> => mkdtemp(join(tmpdir(), FOLDER_PREFIX));

export const socketIn = (folder: string): string => join(folder, 'h4.sock');

/**
 * Makes the link; only one that a dead server left is replaced.
 * @throws PhoneKeyError `usage.invalid` when something else is there, or the directory is not
 */
export const makeLink = async (path: string, folder: string): Promise<void> => {
  const found = await target(path);
  if (found !== undefined && isOurs(found) && !(await isServed(socketIn(dirname(found))))) {
    await removeLink(path, dirname(found));
    await rm(dirname(found), { recursive: true, force: true });
  }
  try {
    await symlink(join(folder, TTY), path);
  } catch (cause) {
    const exists = isErrno(cause, 'EEXIST');
    throw new PhoneKeyError(
      'usage.invalid',
      exists ? `${path} is there already` : `cannot make the link ${path}`,
      {
        cause,
        hint: exists
          ? 'Choose another path, or remove what is there: a file is never replaced.'
          : 'Choose a path in a directory that exists and that you may write to.',
      },
    );
  }
};

/** Removes the link if it leads into the folder; does not throw. */
export const removeLink = async (path: string, folder: string): Promise<void> => {
  if ((await target(path)) === join(folder, TTY)) await unlink(path).catch(() => undefined);
};

const target = (path: string): Promise<string | undefined> => readlink(path).catch(() => undefined);

const isOurs = (found: string): boolean =>
  basename(found) === TTY && basename(dirname(found)).startsWith(FOLDER_PREFIX);

import { lstatSync, openSync, unlinkSync } from 'node:fs';
import { PhoneKeyError } from '../../lib/errors.js';
import { isErrno } from '../../local/errno.js';
import { faultMessage } from '../../local/files/fault.js';

/**
 * Makes a file of mode 0600 that was not there, and follows no link.
 * @param force puts it in the place of a file that is there
 * @returns its descriptor
 * @throws PhoneKeyError `usage.invalid` where the name is taken, or it cannot be made
 */
export const createFile = (path: string, force = false): number => {
  try {
    // A new file, instead of the old one emptied: that may be readable by others.
    if (force && isFile(path)) unlinkSync(path);
    return openSync(path, 'wx', 0o600);
  } catch (cause) {
    if (isErrno(cause, 'EEXIST')) {
      throw new PhoneKeyError('usage.invalid', `${path} exists already`, {
        cause,
        hint: force
          ? 'It is not a file: choose another name.'
          : 'Choose another name, or replace it: --force.',
      });
    }
    throw new PhoneKeyError(
      'usage.invalid',
      `${path} cannot be made: ${faultMessage(cause, path)}`,
      {
        cause,
        hint: 'Choose a file in a directory that exists and that you may write to.',
      },
    );
  }
};

const isFile = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;

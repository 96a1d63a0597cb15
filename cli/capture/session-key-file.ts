import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { PhoneKeyError } from '../../lib/errors.js';
import { faultMessage } from '../../local/files/fault.js';
import { SESSION_KEY_LABEL } from '../../lib/native/inspect/session-key-line.js';
import { isErrno } from '../../local/errno.js';
import type { KeyLog } from '../../lib/index.js';
import { checkPrivate } from '../config/private-directory.js';
import type { Context } from '../context.js';

/**
 * Adds to the file of `--session-keys`, if there is one: new with mode 0600, or one that this program has
 * begun before. Several may add to it at the same time, a line in one write each. What is given never
 * throws: when the file cannot be written any more, the work goes on.
 * @throws PhoneKeyError `usage.invalid` with a real adapter, or where the file cannot be used;
 *   `keys.permissions` where others may read it
 */
export const sessionKeyLog = (
  { options: { sessionKeys: path, radio }, output }: Pick<Context, 'options' | 'output'>,
  write: (file: number, text: string) => number = writeSync,
): KeyLog | undefined => {
  if (path === undefined) return undefined;
  if (radio === 'ble') {
    throw new PhoneKeyError('usage.invalid', '--session-keys is for the virtual air alone', {
      hint: 'What is said to a real car stays secret: leave out --session-keys and KEY_SESSION_KEYS.',
    });
  }
  closeSync(openOwn(path)); // tells now what would be wrong later
  let begin = '';
  return (line) => {
    try {
      const file = openOwn(path);
      try {
        const text = begin + line;
        begin = '';
        if (write(file, text) === text.length) return;
        begin = '\n'; // the next line is whole all the same
        throw new Error('there is no room for it');
      } finally {
        closeSync(file);
      }
    } catch (error) {
      output.say(`the keys of this session are not written: ${faultMessage(error)}`);
    }
  };
};

const APPEND = constants.O_RDWR | constants.O_APPEND;

const openOwn = (path: string): number => {
  try {
    return openSync(path, 'ax', 0o600);
  } catch (cause) {
    if (!isErrno(cause, 'EEXIST')) throw unusable(path, cause);
  }
  let file: number;
  try {
    // A pipe without a reader would wait for one, and a link may lead to another's file.
    file = openSync(path, APPEND | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (cause) {
    throw unusable(path, cause);
  }
  try {
    checkOwn(path, file);
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
};

/** Nothing is added to a file that happens to have this name. */
const checkOwn = (path: string, file: number): void => {
  const found = fstatSync(file);
  if (!found.isFile()) throw unusable(path, new Error('it is not a file'));
  checkPrivate(path, found, 'chmod 600');
  const start = Buffer.alloc(SESSION_KEY_LABEL.length);
  const length = readSync(file, start, 0, start.length, 0);
  if (length > 0 && start.toString('latin1', 0, length) !== SESSION_KEY_LABEL) {
    throw unusable(path, new Error('it holds something else'));
  }
};

const unusable = (path: string, cause: unknown): PhoneKeyError =>
  new PhoneKeyError(
    'usage.invalid',
    `${path} cannot be used for session keys: ${faultMessage(cause, path)}`,
    { cause, hint: 'Choose another name, in a directory that exists and that you may write to.' },
  );

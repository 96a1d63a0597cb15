import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { PhoneKeyError } from '../../lib/errors.js';

/** The shortest limit of sockaddr_un among our systems is 104 bytes, with the final NUL. */
const MAX_SOCKET_PATH = 103;

/**
 * Where the control door of the car in `home` listens: a Unix socket there, on Windows a named pipe.
 * @throws PhoneKeyError `usage.invalid` when the path is too long for a socket
 */
export const controlPath = (home: string): string => {
  const directory = resolve(home);
  if (process.platform === 'win32') {
    const id = createHash('sha256').update(directory.toLowerCase()).digest('hex').slice(0, 16);
    return `\\\\.\\pipe\\phonekey-car-${id}`;
  }
  const path = join(directory, 'control.sock');
  // A longer one would be cut off without a word on some systems.
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH) {
    throw new PhoneKeyError(
      'usage.invalid',
      `the path of the car's directory is too long: ${path}`,
      {
        hint: `Choose a directory whose path is shorter by ${String(Buffer.byteLength(path) - MAX_SOCKET_PATH)} bytes.`,
      },
    );
  }
  return path;
};

import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PhoneKeyError } from '../../lib/errors.js';

/** Bytes of a Unix socket's path that every system takes (macOS: 104 with the final zero). */
const MAX_SOCKET_PATH = 103;
/** What the hub appends to the path for its own socket: a dot and 16 hex digits. */
const SUFFIX_LENGTH = 17;

const PIPE_PREFIX = '\\\\.\\pipe\\';

/** True for a Windows named pipe, which has no file, no permissions of a file, and is never stale. */
export const isPipe = (path: string): boolean => path.startsWith(PIPE_PREFIX);

/**
 * Where the hub of the programs that share the directory `home` listens: a Unix socket in `home/air`,
 * or in the system's temporary directory when that path is too long for a socket; on Windows a pipe.
 */
export const defaultHubPath = (home: string): string => {
  const digest = createHash('sha256').update(home).digest('hex').slice(0, 16);
  if (process.platform === 'win32') return `${PIPE_PREFIX}phonekey-${digest}`;
  const path = join(home, 'air', 'hub.sock');
  return fits(path) ? path : join(tmpdir(), `phonekey-${digest}`, 'hub.sock');
};

/**
 * Makes the directory of the socket, mode 0700.
 * @throws PhoneKeyError `radio.unavailable` when the path is too long
 */
export const makeHubDirectory = async (path: string): Promise<void> => {
  if (isPipe(path)) return;
  if (!fits(path)) {
    throw new PhoneKeyError('radio.unavailable', 'the path of the air hub is too long', {
      hint: `Choose a shorter home directory: the path may have ${String(MAX_SOCKET_PATH - SUFFIX_LENGTH)} bytes, not ${String(Buffer.byteLength(path))}.`,
    });
  }
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new PhoneKeyError('radio.unavailable', `cannot make the directory ${dirname(path)}`, {
      cause,
      hint: 'Choose a home directory that you may write to: --home.',
    });
  }
};

/**
 * Checks that nobody else can put a socket of theirs at the path. A missing directory passes.
 * @throws PhoneKeyError `radio.unavailable` when the directory belongs, or is open, to others
 */
export const checkHubDirectory = async (path: string): Promise<void> => {
  if (isPipe(path)) return;
  const directory = dirname(path);
  const found = await lstat(directory).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isDirectory() || (found.mode & 0o077) !== 0 || found.uid !== process.getuid?.()) {
    throw new PhoneKeyError('radio.unavailable', 'the directory of the air hub is not private', {
      hint: `Make it yours alone: chmod 700 ${directory}`,
    });
  }
};

const fits = (path: string): boolean => Buffer.byteLength(path) + SUFFIX_LENGTH <= MAX_SOCKET_PATH;

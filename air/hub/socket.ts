import { lstat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PhoneKeyError } from '../../lib/errors.js';
import { nodeDisk } from '../../local/files/disk.js';
import { fileFault } from '../../local/files/fault.js';
import { notPrivate } from '../../local/files/privacy.js';
import { connectTo, digestOf, isPipe, socketPath, surplusOf } from '../../local/sockets.js';

/**
 * Where the hub of the programs that share the directory `home` listens: a Unix socket in `home/air`,
 * or in the system's temporary directory when that path is too long for a socket; on Windows a pipe.
 */
export const defaultHubPath = (home: string): string => {
  const path = socketPath(home, 'hub', join('air', 'hub.sock'));
  return surplusOf(path) === 0 ? path : join(tmpdir(), `phonekey-${digestOf(home)}`, 'hub.sock');
};

/**
 * Makes the directory of the socket, mode 0700.
 * @throws PhoneKeyError `radio.unavailable` when the path is too long
 */
export const makeHubDirectory = async (path: string): Promise<void> => {
  if (isPipe(path)) return;
  const surplus = surplusOf(path);
  if (surplus > 0) {
    throw new PhoneKeyError('radio.unavailable', 'the path of the air hub is too long', {
      hint: `Choose a home directory whose path is shorter by ${String(surplus)} bytes.`,
    });
  }
  try {
    await nodeDisk.makeDirectory(dirname(path));
  } catch (cause) {
    throw unusable(`cannot make the directory ${dirname(path)}`, cause);
  }
};

/**
 * A connection to the hub at `path`; undefined when nobody listens there.
 * @throws PhoneKeyError `radio.unavailable` when it cannot be reached, or others could be there instead
 */
export const connectSocket = async (path: string): Promise<Socket | undefined> => {
  await checkDirectory(path);
  return connectTo(path).catch((cause: unknown) => {
    throw unusable('the air hub cannot be reached', cause);
  });
};

const unusable = (message: string, cause: unknown): PhoneKeyError => {
  const fault = fileFault(cause);
  const why = fault === undefined ? '' : `: ${fault.what}`;
  const hint = fault && { hint: fault.hint };
  return new PhoneKeyError('radio.unavailable', `${message}${why}`, { cause, ...hint });
};

/** Nobody else can put a socket of theirs at the path. A missing directory passes. */
const checkDirectory = async (path: string): Promise<void> => {
  if (isPipe(path)) return;
  const directory = dirname(path);
  const found = await lstat(directory).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isDirectory() || notPrivate(found) !== undefined) {
    throw new PhoneKeyError('radio.unavailable', 'the directory of the air hub is not private', {
      hint: `Make it yours alone: chmod 700 ${directory}`,
    });
  }
};

/** Hosts on the air of one hub at a time. */
export const MOST_HOSTS = 512;

export const airFull = (): PhoneKeyError =>
  new PhoneKeyError(
    'radio.air-full',
    `the virtual air is full: ${String(MOST_HOSTS)} hosts are on it`,
  );

export const noAir = (): PhoneKeyError =>
  new PhoneKeyError('radio.unavailable', 'no virtual air is running', {
    temporary: true,
    hint: 'Start the car first, it brings the air up.',
  });

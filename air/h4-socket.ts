import { lstat, rm } from 'node:fs/promises';
import { PhoneKeyError } from '../lib/errors.js';
import { isServed, surplusOf } from '../local/sockets.js';

/**
 * Makes room for a Unix socket: only one that a dead program left is removed.
 * @throws PhoneKeyError `usage.invalid` when anything else is there, or the path cannot be one of a socket
 */
export const claimSocketPath = async (path: string): Promise<void> => {
  if (process.platform === 'win32') {
    throw new PhoneKeyError('usage.invalid', 'no Unix socket can be served on Windows', {
      hint: 'Serve HCI over TCP instead.',
    });
  }
  const surplus = surplusOf(path);
  if (surplus > 0) {
    throw new PhoneKeyError('usage.invalid', `the path ${path} is too long for a socket`, {
      hint: `Choose one that is shorter by ${String(surplus)} bytes.`,
    });
  }
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket() || (await isServed(path))) {
    throw new PhoneKeyError('usage.invalid', `${path} is there already`, {
      hint: 'Choose another path, or remove what is there: only a socket without a server is replaced.',
    });
  }
  await rm(path, { force: true });
};

/** Runs what makes a file before it first waits, so that others than this user cannot open it even for a moment. */
export const privately = <T>(make: () => T): T => {
  const before = process.umask(0o177);
  try {
    return make();
  } finally {
    process.umask(before);
  }
};

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Server, Socket } from 'node:net';
import { join } from 'node:path';
import { isErrno } from './errno.js';

/** Bytes of a Unix socket's path that every system takes (macOS: 104 with the final NUL). */
const MAX_SOCKET_PATH = 103;

const PIPE_PREFIX = '\\\\.\\pipe\\';

/** True for a Windows named pipe, which has no file, no permissions of a file, and is never stale. */
export const isPipe = (path: string): boolean => path.startsWith(PIPE_PREFIX);

/** 16 hex digits that stand for a path or a name that is too long. */
export const digestOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Where a program of the directory listens: a Unix socket there, on Windows a named pipe. */
export const socketPath = (
  directory: string,
  kind: 'car' | 'cloud' | 'fob' | 'hub',
  file: string,
): string =>
  process.platform === 'win32'
    ? `${PIPE_PREFIX}phonekey-${kind}-${digestOf(directory.toLowerCase())}`
    : join(directory, file);

/** By how many bytes the path is too long: some systems would cut it off without a word. */
export const surplusOf = (path: string): number =>
  isPipe(path) ? 0 : Math.max(0, Buffer.byteLength(path) - MAX_SOCKET_PATH);

/**
 * Lets the server listen at the path, for its owner alone. The caller holds the lock of the path, so that
 * a socket which is left there is a dead one; and its directory is private (0700), which keeps others out
 * until the socket is.
 */
export const listenAt = async (server: Server, path: string): Promise<void> => {
  if (!isPipe(path)) await rm(path, { force: true });
  server.listen({ path, readableAll: false, writableAll: false });
  await once(server, 'listening');
  if (!isPipe(path)) await chmod(path, 0o600);
};

/** Undefined when nobody listens there. Rejections are the system's own errors. */
export const connectTo = async (path: string): Promise<Socket | undefined> => {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return socket;
  } catch (error) {
    socket.destroy();
    if (isErrno(error, 'ENOENT', 'ECONNREFUSED')) return undefined;
    throw error;
  }
};

/** Whether somebody listens there; when that cannot be told, too. */
export const isServed = async (path: string): Promise<boolean> => {
  try {
    const socket = await connectTo(path);
    socket?.destroy();
    return socket !== undefined;
  } catch {
    return true;
  }
};

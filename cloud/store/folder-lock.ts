import { createHash } from 'node:crypto';
import { stat, unlink } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreError } from './errors.js';

/**
 * Keeps every other process off a folder until the function that it resolves with is called, or this process ends, in whatever way:
 * it listens on a socket of a name that follows from the folder, which the system takes back.
 * @throws StoreError `in-use`
 */
export const lockFolder = async (folder: string): Promise<() => Promise<void>> => {
  const { dev, ino } = await stat(folder, { bigint: true });
  const name = `phonekey-cloud-${createHash('sha256').update(`${dev}:${ino}`).digest('hex').slice(0, 32)}`;
  const path = pathOf(name);
  const unlock = (await listen(path)) ?? ((await isStale(path)) ? await listen(path) : undefined);
  if (unlock === undefined) {
    throw new StoreError('in-use', `another program has the database in ${folder} open`);
  }
  return unlock;
};

/** Linux and Windows have names that are no files; elsewhere it is a file that a kill leaves behind. */
const pathOf = (name: string): string => {
  if (process.platform === 'linux') return `\0${name}`;
  return process.platform === 'win32' ? `\\\\?\\pipe\\${name}` : join(tmpdir(), name);
};

/** Undefined where somebody else does. */
const listen = (path: string): Promise<(() => Promise<void>) | undefined> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => {
      server.unref();
      resolve(() => new Promise((done) => server.close(() => done())));
    });
  });

/** Where the name is a file: whether nobody listens there. It is removed then. */
const isStale = async (path: string): Promise<boolean> => {
  if (process.platform === 'linux' || process.platform === 'win32') return false;
  const refused = await new Promise<boolean>((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', () => resolve(true));
  });
  if (refused) await unlink(path).catch(() => undefined);
  return refused;
};

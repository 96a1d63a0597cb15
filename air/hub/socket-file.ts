import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { connect, type Server } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { isPipe } from './path.js';

/*
 * One hub for one path, whoever starts and dies when. The hub listens on a socket whose name nobody
 * had before (`hub.sock.<16 hex digits>`), and only then publishes it by a symbolic link `hub.sock`,
 * which the system makes for one of several starters only. So whoever finds the link to a socket that
 * refuses knows for certain that this hub is dead: it is not one that has yet to listen. The dead
 * hub's link is removed by who creates the file `<socket>.dead` first, and only while the link still
 * leads to that socket; as names do not come back, a late starter cannot remove a new hub's link.
 */

/** After this time a remover who did not remove is taken for dead, too. Its work takes microseconds. */
const REMOVER_MS = 2000;

/** `live`: somebody listens at the path; `absent`: nobody, and the name is free. */
export const probe = async (path: string): Promise<'live' | 'absent'> => {
  const target = isPipe(path) ? undefined : linkTarget(path);
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return 'live';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ECONNREFUSED') throw error;
    if (target !== undefined) removeDead(path, target);
    return 'absent';
  } finally {
    socket.destroy();
  }
};

/**
 * Lets the server listen and publishes it at `path`. False when another one was faster; the server
 * is closed then. The socket has mode 0600.
 */
export const publish = async (server: Server, path: string): Promise<boolean> => {
  const own = isPipe(path) ? path : `${path}.${randomBytes(8).toString('hex')}`;
  try {
    await listen(server, own);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  if (isPipe(path)) return true;
  try {
    symlinkSync(basename(own), path);
  } catch (error) {
    server.close();
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  removeLeftovers(path, basename(own));
  return true;
};

/** Takes the server's link away while it still listens, so that nobody takes it for a dead one. */
export const unpublish = (server: Server, path: string): void => {
  const own = server.address();
  if (typeof own === 'string' && linkTarget(path) === basename(own)) removeFile(path);
};

const listen = async (server: Server, path: string): Promise<void> => {
  server.listen({ path, readableAll: false, writableAll: false });
  await once(server, 'listening');
  if (!isPipe(path)) chmodSync(path, 0o600);
};

const removeDead = (path: string, target: string): void => {
  const claim = join(dirname(path), `${target}.dead`);
  try {
    closeSync(openSync(claim, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const claimed = statSync(claim, { throwIfNoEntry: false });
    if (claimed === undefined || Date.now() - claimed.mtimeMs < REMOVER_MS) return;
  }
  if (linkTarget(path) === target) removeFile(path);
};

/** Sockets and claims of hubs before this one, which hold the published name. */
const removeLeftovers = (path: string, own: string): void => {
  const prefix = `${basename(path)}.`;
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(prefix) || name.startsWith(own)) continue;
    const file = join(dirname(path), name);
    const age = Date.now() - (lstatSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    // A young one may belong to a starter that has yet to find out that it came too late.
    if (age > REMOVER_MS) removeFile(file);
  }
};

const linkTarget = (path: string): string | undefined => {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
};

const removeFile = (path: string): void => {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
};

import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import type { PhoneKeyError } from '../../lib/errors.js';
import { systemClock } from '../../lib/platform/clock.js';
import type { Clock } from '../../lib/platform/clock.js';
import type { Logger } from '../../lib/platform/logger.js';
import { Lobby, Room } from '../lobby.js';
import { listenAt } from '../sockets.js';
import { serve } from './server.js';
import type { Serving } from './server.js';

export interface Door extends Omit<Serving, 'admit' | 'failed'> {
  readonly path: string;
  /** How many may be in it who have asked for something, and are still there: watchers, above all. */
  readonly most: number;
  /** The error for whoever comes when so many are. */
  readonly full: PhoneKeyError;
  readonly log: Logger;
  readonly clock?: Clock | undefined;
}

/**
 * Opens a control door: JSON lines over a Unix socket that only its owner can reach, never over a network. The caller holds
 * the lock of the directory. Rejects as the file system does.
 * @returns closes the door and whatever connection stands in it
 */
export const openDoor = async ({
  path,
  most,
  full,
  log,
  clock = systemClock,
  ...serving
}: Door): Promise<() => Promise<void>> => {
  /** With how each is ended when the program is. */
  const sockets = new Map<Socket, () => void>();
  const lobby = new Lobby(clock);
  const room = new Room(most);
  const server = createServer((socket) => {
    lobby.enter(socket);
    const end = serve(socket, {
      ...serving,
      admit: () => {
        lobby.leave(socket);
        return room.takes(socket) ? undefined : full;
      },
      failed: (error) => {
        log.warn('a control request failed', { error: String(error) });
      },
    });
    sockets.set(socket, end);
    socket.on('close', () => sockets.delete(socket));
  });
  await listenAt(server, path);
  return async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const end of sockets.values()) end();
    await closed;
  };
};

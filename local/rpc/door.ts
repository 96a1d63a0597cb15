import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { PhoneKeyError } from '../../lib/errors.js';
import { systemClock } from '../../lib/platform/clock.js';
import type { Clock } from '../../lib/platform/clock.js';
import type { Logger } from '../../lib/platform/logger.js';
import { Lobby, Room } from '../lobby.js';
import { listenAt } from '../sockets.js';
import { serve } from './server.js';
import type { Handler, Serving } from './server.js';

/** Who has asked for something, and is still there: watchers, above all. */
const MOST_CLIENTS = 32;

export interface Door extends Pick<Serving, 'tooSlow'> {
  readonly handlers: readonly Handler[];
  /** Whose it is: `car`. */
  readonly who: string;
  readonly log: Logger;
  readonly clock?: Clock | undefined;
}

/**
 * Opens the control door of a device: JSON lines over a Unix socket that only its owner can reach, never over a
 * network. The caller holds the device's lock.
 * @returns closes the door and whatever connection stands in it
 * @throws the file system's own errors
 */
export const openDoor = async (
  path: string,
  { handlers, who, tooSlow, log, clock = systemClock }: Door,
): Promise<() => Promise<void>> => {
  /** With how each is ended when the device is. */
  const sockets = new Map<Socket, () => void>();
  const lobby = new Lobby(clock);
  const room = new Room(MOST_CLIENTS);
  const server = createServer((socket) => {
    lobby.enter(socket);
    const end = serve(socket, {
      handlers,
      who: `the ${who}`,
      admit: () => {
        lobby.leave(socket);
        return room.takes(socket) ? undefined : doorFull(who);
      },
      tooSlow,
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

const doorFull = (who: string): PhoneKeyError =>
  new PhoneKeyError(
    'sim.door-full',
    `the ${who}'s control door is full: ${String(MOST_CLIENTS)} programs are there`,
  );

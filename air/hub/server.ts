import { createServer, type Server, type Socket } from 'node:net';
import type { Cancel, Clock } from '../../lib/platform/clock.js';
import { VirtualAir } from '../air.js';
import { attachHost } from '../h4-connection.js';

const MAX_CONNECTIONS = 256;

/** Without anybody for this long, the hub ends: at first, and after the last host has gone. */
const FIRST_HOST_MS = 5000;
const LAST_HOST_MS = 1000;

/**
 * A server with an air of its own: each connection is a controller, H4 both ways; closing it powers the
 * controller off. Calls `onIdle` once it is of no use to anybody.
 */
export const createHubServer = (clock: Clock, onIdle: () => void): Server => {
  const air = new VirtualAir({ clock });
  const sockets = new Set<Socket>();
  let lingerMs = FIRST_HOST_MS;
  let cancelIdle: Cancel = clock.after(lingerMs, onIdle);

  const server = createServer((socket) => {
    cancelIdle();
    sockets.add(socket);
    attachHost(socket, air.controller(), {
      onPacket: () => {
        lingerMs = LAST_HOST_MS;
      },
    });
    socket.on('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0) cancelIdle = clock.after(lingerMs, onIdle);
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('close', () => {
    cancelIdle();
    for (const socket of sockets) socket.destroy();
  });
  return server;
};

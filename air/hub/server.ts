import { createServer, type Server, type Socket } from 'node:net';
import type { Cancel, Clock } from '../../lib/platform/clock.js';
import { VirtualAir } from '../air.js';
import { H4Decoder, H4Error } from '../hci/h4.js';

/** A host that does not read this many bytes (1 MiB) of what its controller says is cut off. */
const MAX_UNREAD = 1 << 20;
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
    attach(air, socket, () => {
      lingerMs = LAST_HOST_MS;
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

/** A malformed stream ends this connection, and no other. `onHost`: it has sent its first packet. */
const attach = (air: VirtualAir, socket: Socket, onHost: () => void): void => {
  const controller = air.controller();
  const decoder = new H4Decoder();
  controller.onPacket((packet) => {
    socket.write(packet);
    if (socket.writableLength > MAX_UNREAD) socket.destroy();
  });
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const packet of decoder.push(chunk)) {
        onHost();
        controller.send(packet);
      }
    } catch (error) {
      if (!(error instanceof H4Error)) throw error;
      socket.destroy();
    }
  });
  // What 'error' says, 'close' follows; a host that was killed is nothing to report.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    controller.close();
  });
};

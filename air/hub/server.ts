import { createServer, type Server, type Socket } from 'node:net';
import type { Cancel, Clock } from '../../lib/platform/clock.js';
import { VirtualAir } from '../air.js';
import { parseFaults } from '../faults.js';
import { attachHost } from '../h4-connection.js';
import { CONTROL_BYTE, hubHandlers, serveControl } from './control-server.js';
import { ControlDesk } from './desk.js';
import { Places } from './places.js';
import { DEFAULT_PACE, type HubSettings } from './settings.js';

const MAX_CONNECTIONS = 256;

/** Without any host for this long, the hub ends: at first, and after the last host has gone. */
const FIRST_HOST_MS = 5000;
const LAST_HOST_MS = 1000;

/**
 * A server with an air of its own. What a connection begins with says what it is: `{` a control
 * connection (see serveControl), anything else a host, H4 both ways, with a controller that is powered
 * off when it closes. Calls `onIdle` once it is of no use to any host. Control connections, taps among
 * them, do not keep it: they end with the hub.
 */
export const createHubServer = (
  clock: Clock,
  onIdle: () => void,
  settings: HubSettings = {},
): Server => {
  const { seed, pace = DEFAULT_PACE, faults } = settings;
  const air = new VirtualAir({
    clock,
    pace,
    ...(seed !== undefined && { seed }),
    ...(faults !== undefined && { faults: parseFaults(faults) }),
  });
  const places = new Places(clock);
  const inForce = { seed: air.seed, pace, faults: faults ?? null };
  const desk = new ControlDesk(air, clock, places, inForce);
  const handlers = hubHandlers(air, desk, clock);
  /** With how each is ended when the hub is. */
  const sockets = new Map<Socket, () => void>();
  const idle = (): void => {
    onIdle();
    for (const end of sockets.values()) end(); // a server that has to close waits for its connections
  };
  let hosts = 0;
  let closed = false;
  let lingerMs = FIRST_HOST_MS;
  let cancelIdle: Cancel = clock.after(lingerMs, idle);

  const serveHost = (socket: Socket): void => {
    hosts++;
    cancelIdle();
    const controller = air.controller({ recall: (newcomer) => places.recall(newcomer) });
    controller.onClose(() => {
      places.left(controller);
    });
    attachHost(socket, controller, {
      buffers: controller.buffers.count,
      onPacket: () => {
        lingerMs = LAST_HOST_MS;
      },
    });
    socket.on('close', () => {
      // A server may have closed before the last of its sockets.
      if (--hosts === 0 && !closed) cancelIdle = clock.after(lingerMs, idle);
    });
  };

  const server = createServer((socket) => {
    sockets.set(socket, () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.once('data', (first: Buffer) => {
      if (first[0] === CONTROL_BYTE) sockets.set(socket, serveControl(socket, handlers));
      else serveHost(socket);
      socket.unshift(first); // for who serves it now
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('close', () => {
    closed = true;
    cancelIdle();
    for (const socket of sockets.keys()) socket.destroy();
  });
  return server;
};

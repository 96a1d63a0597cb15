import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, ListenOptions, Socket } from 'node:net';
import { silentLogger } from '../lib/platform/logger.js';
import type { Logger } from '../lib/platform/logger.js';
import { attachHost } from './h4-connection.js';
import type { HciTransport } from '../lib/hci/transport.js';

const MAX_CONNECTIONS = 256;

/** Gives each host its controller: a VirtualAir, or the way to the one in a hub. */
export interface ControllerSource {
  controller(): HciTransport | Promise<HciTransport>;
}

export interface HostServerOptions {
  readonly air: ControllerSource;
  /** Is told of malformed streams, and of hosts that got no controller. */
  readonly logger?: Logger;
  /** Called when a host has its controller, with the number of hosts. */
  readonly onConnect?: (hosts: number) => void;
  /** Called when a host has gone, with the number of those that stay. */
  readonly onDisconnect?: (hosts: number) => void;
}

export interface HostServer {
  /** Where it listens, as Node says it: a string for a Unix socket. */
  readonly address: AddressInfo | string | null;
  /** Powers the controllers of all hosts off and listens no more. */
  close(): Promise<void>;
}

/**
 * Listens for hosts that speak H4: every connection is a fresh controller, powered on when it comes or,
 * with `powerOn: 'first-byte'`, when the host says something. Rejects as Node does when it cannot listen.
 */
export const serveHosts = async (
  where: ListenOptions,
  options: HostServerOptions,
  powerOn: 'connection' | 'first-byte' = 'connection',
): Promise<HostServer> => {
  const { air, logger = silentLogger } = options;
  const sockets = new Set<Socket>();
  let hosts = 0;
  const serve = async (socket: Socket): Promise<void> => {
    const controller = await air.controller();
    if (socket.destroyed) {
      controller.close();
      return;
    }
    socket.on('close', () => {
      options.onDisconnect?.(--hosts);
    });
    options.onConnect?.(++hosts);
    attachHost(socket, controller, { logger });
    socket.resume();
  };
  const welcome = (socket: Socket): void => {
    serve(socket).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      logger.warn('no controller for a host', { reason });
      socket.destroy();
    });
  };
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    if (powerOn === 'connection') {
      welcome(socket);
      return;
    }
    socket.once('data', (chunk: Buffer) => {
      socket.pause();
      socket.unshift(chunk);
      welcome(socket);
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(where);
  await once(server, 'listening');
  let closed: Promise<void> | undefined;
  return {
    address: server.address(),
    close: () => {
      closed ??= Promise.all([
        new Promise((resolve) => server.close(resolve)),
        ...[...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))),
      ]).then(() => undefined);
      for (const socket of sockets) socket.destroy();
      return closed;
    },
  };
};

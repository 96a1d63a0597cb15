import { once } from 'node:events';
import { createServer } from 'node:net';
import type { ListenOptions, Socket } from 'node:net';
import { silentLogger } from '../lib/platform/logger.js';
import { attachHost } from './h4-connection.js';
import type { HostConnectionOptions } from './h4-connection.js';
import type { HciTransport } from '../lib/hci/transport.js';

const MAX_CONNECTIONS = 256;

/** Gives each host its controller: a VirtualAir, or the way to the one in a hub. */
export interface ControllerSource {
  controller(): HciTransport | Promise<HciTransport>;
}

/** The logger is also told of hosts that got no controller. */
export interface HostServerOptions extends HostConnectionOptions {
  readonly air: ControllerSource;
  /** Called when a host has its controller, with the number of hosts. */
  readonly onConnect?: (hosts: number) => void;
  /** Called when a host has gone, with the number of those that stay. */
  readonly onDisconnect?: (hosts: number) => void;
}

/** A controller is powered on when its connection comes, or when the host says something. */
export type PowerOn = 'connection' | 'first-byte';

/**
 * A server for hosts that speak H4, each of which gets a fresh controller. It does not listen yet, and when
 * it closes, its connections end; `end` ends them before, and is fulfilled once they are closed.
 * @param other serves what, by its first bytes, is no host, and gives what ends that; undefined for a host
 */
export const createHostServer = (
  options: HostServerOptions,
  powerOn: PowerOn,
  other: (socket: Socket, first: Buffer) => (() => void) | undefined = () => undefined,
) => {
  const { air, logger = silentLogger } = options;
  /** With how each is ended. */
  const sockets = new Map<Socket, () => void>();
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
    attachHost(socket, controller, { ...options, logger });
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
    sockets.set(socket, () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    if (powerOn === 'connection') {
      welcome(socket);
      return;
    }
    socket.once('data', (first: Buffer) => {
      const end = other(socket, first);
      if (end === undefined) socket.pause();
      else sockets.set(socket, end);
      socket.unshift(first); // for who serves it now
      if (end === undefined) welcome(socket);
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('close', () => {
    for (const socket of sockets.keys()) socket.destroy();
  });
  const end = (): Promise<unknown> => {
    const closed = [...sockets.keys()].map((socket) => once(socket, 'close'));
    for (const each of [...sockets.values()]) each();
    return Promise.all(closed);
  };
  return { server, end };
};

/**
 * Listens for hosts that speak H4; to close it powers the controllers of all of them off. Rejects as Node
 * does when it cannot listen.
 */
export const serveHosts = async (
  where: ListenOptions,
  options: HostServerOptions,
  powerOn: PowerOn = 'connection',
) => {
  const { server, end } = createHostServer(options, powerOn);
  server.listen(where);
  await once(server, 'listening');
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closed ??= Promise.all([new Promise((resolve) => server.close(resolve)), end()]).then(
      () => undefined,
    ));
  return { address: server.address(), close };
};

import { once } from 'node:events';
import { createServer, isIPv4, type AddressInfo, type Socket } from 'node:net';
import { PhoneKeyError } from '../lib/errors.js';
import { silentLogger, type Logger } from '../lib/platform/logger.js';
import { attachHost } from './h4-connection.js';
import type { HciTransport } from './hci/transport.js';

const MAX_CONNECTIONS = 256;

/** Gives each host its controller: a VirtualAir, or the way to the one in a hub. */
export interface ControllerSource {
  controller(): HciTransport | Promise<HciTransport>;
}

export interface H4ServerOptions {
  readonly air: ControllerSource;
  /** A loopback address: HCI knows no authentication (default 127.0.0.1). */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** Is told of malformed streams, and of hosts that got no controller. */
  readonly logger?: Logger;
  /** Called when a host has its controller, with the number of hosts. */
  readonly onConnect?: (hosts: number) => void;
  /** Called when a host has gone, with the number of those that stay. */
  readonly onDisconnect?: (hosts: number) => void;
}

export interface H4Server {
  readonly host: string;
  readonly port: number;
  /** Powers the controllers of all hosts off and listens no more. */
  close(): Promise<void>;
}

/**
 * HCI over H4/TCP, for host stacks that are no part of this process: every connection is a fresh
 * controller on the air, and closing it is power-off, upon which its peers lose their links with reason
 * 0x08. See attachHost for malformed streams.
 * @throws PhoneKeyError `usage.invalid` for an address that is not loopback, `radio.unavailable` when
 *   the port is taken
 */
export const serveH4 = async (options: H4ServerOptions): Promise<H4Server> => {
  const { air, host = '127.0.0.1', port = 0, logger = silentLogger } = options;
  if (!isLoopback(host)) {
    throw new PhoneKeyError('usage.invalid', `${host} is not a loopback address`, {
      hint: 'HCI knows no authentication: use 127.0.0.1 or ::1.',
    });
  }
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
  };
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    serve(socket).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      logger.warn('no controller for a host', { reason });
      socket.destroy();
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new PhoneKeyError('radio.unavailable', `cannot listen on ${host}:${String(port)}`, {
      cause,
      hint: 'Choose another port; another air may have this one.',
    });
  }
  let closed: Promise<void> | undefined;
  return {
    host,
    // Never a string: it listens on TCP.
    port: (server.address() as AddressInfo).port,
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

/** Names do not count: what they mean is for others to say. */
const isLoopback = (host: string): boolean =>
  host === '::1' || (isIPv4(host) && host.startsWith('127.'));

import { once } from 'node:events';
import { createServer } from 'node:net';
import type { ListenOptions, Socket } from 'node:net';
import { silentLogger } from '../lib/platform/logger.js';
import { errorMessage } from '../lib/errors.js';
import * as rule from '../lib/platform/check.js';
import { checkOptions } from '../lib/platform/check.js';
import { HardwareError } from '../lib/hci/constants.js';
import { H4Decoder, H4Error } from '../lib/hci/h4.js';
import { Room } from '../local/lobby.js';
import type { Lobby } from '../local/lobby.js';
import { attachHost, endHost } from './h4-connection.js';
import type { HostConnectionOptions } from './h4-connection.js';
import type { HciTransport } from '../lib/hci/transport.js';

/** Hosts at one door at a time, where it is not said. */
const MOST_HOSTS = 256;

/** Links in the peripheral role that the controller of a host has at one time, where it is not said. */
const HOST_LINKS = 8;

/** Gives each host its controller: a VirtualAir, or the way to the one in a hub. */
export interface ControllerSource {
  /** A fresh controller, powered on; a rejection turns the host away. */
  controller(options: { readonly peripheralLinks: number }): HciTransport | Promise<HciTransport>;
}

/** A door to the air. */
export interface HostServer extends AsyncDisposable {
  /** Powers the controllers of all hosts off and listens no more. */
  close(): Promise<void>;
}

/** The logger is also told of hosts that got no controller. */
export interface HostServerOptions extends HostConnectionOptions {
  /** Whom the controllers come from. */
  readonly air: ControllerSource;
  /**
   * Most links in the peripheral role that each host has at one time, 1 to 255 (default 8). With 1 it cannot be
   * connectable while it is connected as a peripheral.
   */
  readonly peripheralLinks?: number;
  /** Called when a host has its controller, with the number of hosts. */
  readonly onConnect?: (hosts: number) => void;
  /** Called when a host has gone, with the number of those that stay. */
  readonly onDisconnect?: (hosts: number) => void;
}

/** @throws PhoneKeyError `usage.invalid` */
export const checkHosts = (options: HostServerOptions): void => {
  checkOptions(options, {
    air: rule.needed(rule.having('an air', 'controller')),
    buffers: rule.whole(1, 255),
    peripheralLinks: rule.whole(1, 255),
    onConnect: rule.callback,
    onDisconnect: rule.callback,
  });
};

export interface Places {
  /** Hosts at a time. */
  readonly mostHosts?: number;
  /** Who waits there has not sent a packet yet. Without one he may take his time. */
  readonly lobby?: Lobby | undefined;
}

/**
 * A server for hosts that speak H4, each of which gets a fresh controller when its first packet is there;
 * those for whom there is none are told so (HardwareError.noController). It does not listen yet, and when
 * it closes, its connections end; `end` ends them before, and is fulfilled once they are closed.
 * @param other serves what, by its first bytes, is no host, and gives what ends that; undefined for a host
 */
export const createHostServer = (
  options: HostServerOptions,
  { mostHosts = MOST_HOSTS, lobby }: Places = {},
  other: (socket: Socket, first: Buffer) => (() => void) | undefined = () => undefined,
) => {
  const { air, logger = silentLogger, peripheralLinks = HOST_LINKS } = options;
  /** With how each is ended. */
  const sockets = new Map<Socket, () => void>();
  const room = new Room(mostHosts);
  let hosts = 0;
  const serve = async (socket: Socket): Promise<void> => {
    const controller = await air.controller({ peripheralLinks });
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
  const welcome = async (socket: Socket): Promise<void> => {
    lobby?.leave(socket);
    try {
      if (!room.takes(socket)) throw new Error(`${String(mostHosts)} hosts are there`);
      await serve(socket);
    } catch (error) {
      logger.warn('no controller for a host', { reason: errorMessage(error) });
      endHost(socket, HardwareError.noController);
    }
  };
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.set(socket, () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    lobby?.enter(socket);
    const decoder = new H4Decoder();
    const heard: Buffer[] = [];
    const hear = (chunk: Buffer): void => {
      const end = heard.length === 0 ? other(socket, chunk) : undefined;
      heard.push(chunk);
      if (end === undefined && !completes(decoder, chunk)) return;
      socket.off('data', hear);
      if (end === undefined) socket.pause();
      else sockets.set(socket, end);
      socket.unshift(Buffer.concat(heard)); // for who serves it now
      if (end === undefined) void welcome(socket);
    };
    socket.on('data', hear);
  });
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
  lobby?: Lobby,
) => {
  const { server, end } = createHostServer(options, { lobby });
  server.listen(where);
  await once(server, 'listening');
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closed ??= Promise.all([new Promise((resolve) => server.close(resolve)), end()]).then(
      () => undefined,
    ));
  return { address: server.address(), close };
};

/** Whether there is a packet now, or what will never be one. */
const completes = (decoder: H4Decoder, chunk: Buffer): boolean => {
  try {
    return decoder.push(chunk).next().done !== true;
  } catch (error) {
    if (error instanceof H4Error) return true;
    throw error;
  }
};

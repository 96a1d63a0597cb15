import { isIP, isIPv4 } from 'node:net';
import type { AddressInfo } from 'node:net';
import { PhoneKeyError } from '../lib/errors.js';
import * as rule from '../lib/platform/check.js';
import { checkOptions } from '../lib/platform/check.js';
import { systemClock } from '../lib/platform/clock.js';
import type { Clock } from '../lib/platform/clock.js';
import { Lobby } from '../local/lobby.js';
import { claimSocketPath, privately } from './h4-socket.js';
import { checkHosts, serveHosts } from './host-server.js';
import type { HostServer, HostServerOptions } from './host-server.js';

/** To whom HCI over H4 is served. */
export interface H4Options extends HostServerOptions {
  /** Ends connections that send nothing for 10 s (default: the machine's). */
  readonly clock?: Clock;
  /**
   * True: others than this user of this machine may come in (default false). HCI knows no authentication: who
   * reaches the server is on the air.
   */
  readonly expose?: boolean;
}

/** Where HCI over H4/TCP is served, and to whom. */
export interface H4ServerOptions extends H4Options {
  /** An IP address; with `expose` any, without it a loopback address (default 127.0.0.1). */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
}

/** Where HCI over H4 is served on a Unix socket, and to whom. */
export interface H4SocketOptions extends H4Options {
  /** Of the Unix socket, at most 103 bytes. */
  readonly path: string;
}

/** A door to the air for host stacks of other programs. */
export interface H4Server extends HostServer {
  /** The address that it listens on. */
  readonly host: string;
  /** The TCP port that it listens on; never 0. */
  readonly port: number;
}

/** A door to the air for programs of this machine that may open a file. */
export interface H4SocketServer extends HostServer {
  /** The socket, as it was given. */
  readonly path: string;
}

const RULES = { clock: rule.clock, expose: rule.yesOrNo };

/**
 * HCI over H4/TCP, for host stacks that are no part of this process: every connection is a fresh
 * controller on the air, powered on by the first packet and off when it closes, upon which its peers lose
 * their links with reason 0x08. Who sends no packet for 10 s is cut off. See attachHost for malformed streams.
 * @throws PhoneKeyError `usage.invalid` for an address that may not be listened on, `radio.unavailable` when
 *   the port is taken
 */
export const serveH4 = async (options: H4ServerOptions): Promise<H4Server> => {
  checkHosts(options);
  checkOptions(options, { ...RULES, host: rule.text, port: rule.whole(0, 65_535) });
  const { host = '127.0.0.1', port = 0, expose = false } = options;
  if (!(expose ? isIP(host) !== 0 : isLoopback(host))) {
    const kind = expose ? 'an IP address' : 'a loopback address';
    throw new PhoneKeyError('usage.invalid', `${host} is not ${kind}`, {
      hint: 'Use 127.0.0.1 or ::1, or choose to expose it: HCI knows no authentication.',
    });
  }
  const { address, close } = await serveHosts({ host, port }, options, lobbyOf(options)).catch(
    (cause: unknown) => {
      throw new PhoneKeyError('radio.unavailable', `cannot listen on ${host}:${String(port)}`, {
        cause,
        hint: 'Choose another port; another air may have this one.',
      });
    },
  );
  // Never a string: it listens on TCP.
  return { host, port: (address as AddressInfo).port, close, [Symbol.asyncDispose]: close };
};

/**
 * The same over a Unix socket of mode 0600, or 0666 with `expose`. A socket that a dead program left is replaced, and
 * the file vanishes when the server closes.
 * @throws PhoneKeyError `usage.invalid` when something else is there or no socket can be, and on Windows
 */
export const serveH4Socket = async (options: H4SocketOptions): Promise<H4SocketServer> => {
  checkHosts(options);
  checkOptions(options, { ...RULES, path: rule.needed(rule.text) });
  const { path, expose: all = false } = options;
  await claimSocketPath(path);
  const listening = { path, readableAll: all, writableAll: all };
  const serving = privately(() => serveHosts(listening, options, lobbyOf(options)));
  const { close } = await serving.catch((cause: unknown) => {
    throw new PhoneKeyError('usage.invalid', `cannot listen at ${path}`, {
      cause,
      hint: 'Choose a path in a directory that exists and that you may write to.',
    });
  });
  return { path, close, [Symbol.asyncDispose]: close };
};

const lobbyOf = ({ clock = systemClock }: H4Options): Lobby => new Lobby(clock);

/** Names do not count: what they mean is for others to say. */
const isLoopback = (host: string): boolean =>
  host === '::1' || (isIPv4(host) && host.startsWith('127.'));

import { isIPv4 } from 'node:net';
import type { AddressInfo } from 'node:net';
import { PhoneKeyError } from '../lib/errors.js';
import { systemClock } from '../lib/platform/clock.js';
import type { Clock } from '../lib/platform/clock.js';
import { Lobby } from '../local/lobby.js';
import { serveHosts } from './host-server.js';
import type { HostServerOptions } from './host-server.js';

/** Where HCI over H4/TCP is served, and to whom. */
export interface H4ServerOptions extends HostServerOptions {
  /** Ends connections that send nothing for 10 s (default: the machine's). */
  readonly clock?: Clock;
  /** A loopback address: HCI knows no authentication (default 127.0.0.1). */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
}

/** A door to the air for host stacks of other programs. */
export interface H4Server {
  /** The address that it listens on, as it was given. */
  readonly host: string;
  /** The TCP port that it listens on; never 0. */
  readonly port: number;
  /** Powers the controllers of all hosts off and listens no more. */
  close(): Promise<void>;
}

/**
 * HCI over H4/TCP, for host stacks that are no part of this process: every connection is a fresh
 * controller on the air, powered on by the first packet and off when it closes, upon which its peers lose
 * their links with reason 0x08. Who sends no packet for 10 s is cut off. See attachHost for malformed streams.
 * @throws PhoneKeyError `usage.invalid` for an address that is not loopback, `radio.unavailable` when
 *   the port is taken
 */
export const serveH4 = async (options: H4ServerOptions): Promise<H4Server> => {
  const { host = '127.0.0.1', port = 0 } = options;
  if (!isLoopback(host)) {
    throw new PhoneKeyError('usage.invalid', `${host} is not a loopback address`, {
      hint: 'HCI knows no authentication: use 127.0.0.1 or ::1.',
    });
  }
  const lobby = new Lobby(options.clock ?? systemClock);
  const { address, close } = await serveHosts({ host, port }, options, lobby).catch(
    (cause: unknown) => {
      throw new PhoneKeyError('radio.unavailable', `cannot listen on ${host}:${String(port)}`, {
        cause,
        hint: 'Choose another port; another air may have this one.',
      });
    },
  );
  // Never a string: it listens on TCP.
  return { host, port: (address as AddressInfo).port, close };
};

/** Names do not count: what they mean is for others to say. */
const isLoopback = (host: string): boolean =>
  host === '::1' || (isIPv4(host) && host.startsWith('127.'));

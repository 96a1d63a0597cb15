import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Clock } from '../../lib/platform/clock.js';
import type { Limits } from './limits.js';
import { LATE_MS } from './outage.js';
import type { Answers } from './outage.js';

/** For streams to say their last word, before connections are cut. */
const GRACE_MS = 500;
const MOST_HEADER_BYTES = 8192;
const MOST_HEADERS = 64;

type Fetch = Parameters<typeof getRequestListener>[0];

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly fetch: Fetch;
  /** What becomes of a request that comes now. */
  readonly answers: () => Answers;
}

/** The port: opens, closes and opens again, and lets requests through to the application, or not. */
export class Server {
  readonly #options: ServerOptions;
  readonly #server;
  readonly #held = new Set<ServerResponse>();
  #port: number;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#port = options.port;
    const { limits, fetch } = options;
    const listener = getRequestListener(fetch, { overrideGlobalObjects: false });
    this.#server = createServer(
      {
        maxHeaderSize: MOST_HEADER_BYTES,
        requestTimeout: limits.requestMs,
        headersTimeout: limits.requestMs,
        connectionsCheckingInterval: 1000,
      },
      (request, response) => {
        this.#answer(request, response, () => void listener(request, response));
      },
    );
    this.#server.maxHeadersCount = MOST_HEADERS;
    this.#server.maxConnections = limits.connections;
    // A port that fails later is opened again by the next outage that ends, or by a restart.
    this.#server.on('error', () => undefined);
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: this.#options.host, port: this.#port };
  }

  /** Opens the port, the same as before. @throws the system's error */
  open(): Promise<void> {
    return this.#next(async () => {
      if (this.#server.listening) return;
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject);
        this.#server.listen({ host: this.#options.host, port: this.#port }, () => {
          this.#server.off('error', reject);
          resolve();
        });
      });
      this.#port = (this.#server.address() as AddressInfo).port;
    });
  }

  /** Closes the port, and every connection after a while for last words. */
  close(): Promise<void> {
    return this.#next(async () => {
      if (!this.#server.listening) return;
      const closed = new Promise((resolve) => this.#server.close(resolve));
      this.letGo();
      const cancel = this.#options.clock.after(GRACE_MS, () => {
        this.#server.closeAllConnections();
      });
      await closed;
      cancel();
    });
  }

  /** When the port is open or closed, as it was told last. */
  settled(): Promise<void> {
    return this.#turn;
  }

  /** Those that were never to be answered are cut. */
  letGo(): void {
    for (const response of this.#held) response.destroy();
  }

  #answer(request: IncomingMessage, response: ServerResponse, listen: () => void): void {
    switch (this.#options.answers()) {
      case 'normally':
        listen();
        return;
      case 'with-500':
        request.resume();
        response.writeHead(500, { 'content-type': 'application/json', connection: 'close' });
        response.end(JSON.stringify({ code: 'failing', message: 'the service fails' }));
        return;
      case 'never':
        this.#hold(response);
        return;
      case 'late': {
        const cancel = this.#options.clock.after(LATE_MS, () => {
          this.#held.delete(response);
          if (!response.destroyed) listen();
        });
        this.#hold(response, cancel);
      }
    }
  }

  #hold(response: ServerResponse, cancel: () => void = () => undefined): void {
    this.#held.add(response);
    response.once('close', () => {
      cancel();
      this.#held.delete(response);
    });
  }

  /** Opening and closing take turns. */
  #next(act: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(act);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

/** Whether only this machine can reach it. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

export const urlOf = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${String(port)}`;

import { randomBytes } from 'node:crypto';
import type { AddressInfo, Server } from 'node:net';
import { Aedes } from 'aedes';
import type { Clock } from '../../lib/platform/clock.js';
import type { Logger } from '../../lib/platform/logger.js';
import { systemClock } from '../service/clock.js';
import { embeddedListener } from './embedded-listener.js';
import { embeddedRules } from './embedded-rules.js';
import type { Broker } from './broker.js';
import { brokerByUrl } from './by-url.js';

export interface EmbeddedBrokerOptions {
  /** Default 127.0.0.1. There is no TLS: what is not loopback belongs behind something that has it. */
  readonly host?: string | undefined;
  /** Default 0: the system chooses. */
  readonly port?: number | undefined;
  /** Whether there is such a car; `hash` is the SHA-256 of its secret. May reject: the car tries again. */
  authenticate(car: string, hash: Uint8Array): Promise<boolean>;
  readonly limits?: Partial<EmbeddedBrokerLimits> | undefined;
  readonly clock?: Clock | undefined;
  readonly log?: Logger | undefined;
}

export interface EmbeddedBrokerLimits {
  readonly mostCars: number;
  /** Of a packet of a car, in bytes. */
  readonly mostPacketBytes: number;
  /** Of packets of a car, in the long run; four times as many at once. */
  readonly packetsPerSecond: number;
  /** How long a car may take nothing of what is sent to it: aedes lets all others wait for it. */
  readonly drainMs: number;
}

const LIMITS: EmbeddedBrokerLimits = {
  mostCars: 10_000,
  mostPacketBytes: 16 * 1024,
  packetsPerSecond: 100,
  drainMs: 10_000,
};
/** For who connects and does not say who it is. */
const CONNECT_MS = 5_000;
/** A car that vanished is noticed after one and a half times as long. */
const MOST_KEEPALIVE_S = 120;

/**
 * A broker in this process (aedes). It keeps everything in memory: after a restart cars say anew that they are there. Nothing
 * waits in it for a car that is away; the service sends that again.
 */
export const embeddedBroker = (options: EmbeddedBrokerOptions): Broker => {
  const { host = '127.0.0.1', port = 0, clock = systemClock, log } = options;
  const limits = { ...LIMITS, ...options.limits };
  const password = randomBytes(32).toString('hex');
  let running: { aedes: Aedes; server: Server; service: Broker } | undefined;

  const there = (): NonNullable<typeof running> => {
    if (running === undefined) throw new Error('the broker is not started');
    return running;
  };

  const broker: Broker = {
    onCar: () => undefined,
    get carUrl() {
      return urlOf(there().server);
    },
    get connected() {
      return running?.service.connected ?? false;
    },
    async start() {
      const rules = embeddedRules({ ...options, mostCars: limits.mostCars, password });
      const aedes = await Aedes.createBroker({
        ...rules.handlers,
        concurrency: 1_000,
        connectTimeout: CONNECT_MS,
        keepaliveLimit: MOST_KEEPALIVE_S,
        drainTimeout: limits.drainMs,
        maxTopicLevels: 8,
      });
      const server = embeddedListener(aedes, { limits, isService: rules.isService, clock, log });
      await listening(server, host, port).catch((error: unknown) => {
        aedes.close();
        throw error;
      });
      const up = new Promise<void>((resolve) => aedes.once('subscribe', () => resolve()));
      const service = brokerByUrl({
        url: urlOf(server),
        username: rules.serviceName,
        password,
        clock,
        log,
      });
      service.onCar = (car, message) => broker.onCar(car, message);
      running = { aedes, server, service };
      await service.start();
      await up;
    },
    toCar: async (car, message) => there().service.toCar(car, message),
    admitCar: () => Promise.resolve(),
    async removeCar(car) {
      const { aedes, service } = there();
      // Its last will comes before presence is forgotten.
      await disconnect(aedes, car);
      await service.removeCar(car);
    },
    async close() {
      if (running === undefined) return;
      const { aedes, server, service } = running;
      await service.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => aedes.close(resolve));
      await closed;
    },
  };
  return broker;
};

const urlOf = (server: Server): string => {
  const { address, family, port } = server.address() as AddressInfo;
  return `mqtt://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
};

const listening = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });

/** The connections by the id of the client, which the types of aedes do not have. */
const disconnect = (aedes: Aedes, car: string): Promise<void> => {
  const { clients } = aedes as unknown as {
    readonly clients: Readonly<Record<string, { close(done: () => void): void } | undefined>>;
  };
  const client = clients[car];
  return new Promise((resolve) => (client === undefined ? resolve() : client.close(resolve)));
};

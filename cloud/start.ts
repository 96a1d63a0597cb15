import type { Logger } from '../lib/platform/logger.js';
import type { Broker } from './broker/broker.js';
import { systemClock } from './service/clock.js';
import { nameOf } from './service/deliveries.js';
import { makeApp } from './service/http/app.js';
import { LIMITS } from './service/limits.js';
import { Outage } from './service/outage.js';
import type { Condition } from './service/outage.js';
import { isLoopback, Server, urlOf } from './service/server.js';
import { endStreams, makeService } from './service/service.js';
import type { Store } from './store/store.js';
import { OUTAGE_MODES } from './types.js';
import type { CloudOptions, OutageMode, RunningCloud } from './types.js';

const DAY_MS = 86_400_000;
const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined };

/** What is left to say of options, once store and broker are there. */
export type StartOptions = Omit<CloudOptions, 'home' | 'databaseUrl' | 'brokerUrl' | 'brokerPort'>;

/** @throws Error (`code` of Node: EADDRINUSE and others), RangeError for an option that is none; closes what it was given */
export const start = async (
  store: Store,
  broker: Broker,
  options: StartOptions,
): Promise<RunningCloud> => {
  try {
    const parts = assemble(store, broker, options);
    await broker.start();
    await parts.server.open();
    return running(parts, store, broker);
  } catch (error) {
    await broker.close().catch(() => undefined);
    await store.close();
    throw error;
  }
};

const assemble = (store: Store, broker: Broker, options: StartOptions) => {
  const { host = '127.0.0.1', port = 8420, passwordCost = 15, clock = systemClock } = options;
  if (!Number.isInteger(passwordCost) || passwordCost < 1 || passwordCost > 20) {
    throw new RangeError('passwordCost is a whole number from 1 to 20');
  }
  if (!isLoopback(host) && options.expose !== true) {
    throw new RangeError(`${host} is not a loopback address: that needs expose`);
  }
  const limits = { ...LIMITS, ...options.limits };
  const log = options.log ?? silent;
  const random = options.random ?? ((length) => crypto.getRandomValues(new Uint8Array(length)));
  const now = () => new Date();
  const service = makeService({ store, broker, limits, clock, random, log, passwordCost, now });
  const { fetch } = makeApp(service);
  const outage = new Outage(clock, {
    changed: (condition, before) => change(condition, before),
    failing: (mode, forMs) => {
      log.info('failing', { mode, forMs });
      service.events.publish({ type: 'failing', mode, forMs });
    },
    recovered: () => {
      log.info('recovered');
      service.events.publish({ type: 'recovered' });
    },
  });
  const answers = () => outage.condition.answers;
  const server = new Server({ host, port, limits, clock, fetch, answers });
  const change = (condition: Condition, before: Condition): void => {
    const isDown = condition.answers === 'with-500' || condition.answers === 'never';
    if (isDown || !condition.listens) endStreams(service);
    if (before.answers === 'never' && condition.answers !== 'never') server.letGo();
    if (condition.listens !== before.listens) {
      const moved = condition.listens ? server.open() : server.close();
      moved.catch((error: unknown) => log.warn('the port is lost', { error: nameOf(error) }));
    }
    if (condition.resolvable !== before.resolvable) options.onResolvable?.(condition.resolvable);
  };
  return { service, server, outage };
};

const running = (
  { service, server, outage }: ReturnType<typeof assemble>,
  store: Store,
  broker: Broker,
): RunningCloud => {
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    outage.end();
    endStreams(service);
    service.deliveries.close();
    await server.close();
    await service.cars.settled();
    await broker.close();
    await store.close();
  };
  const { address } = server;
  return {
    url: urlOf(address.host, address.port),
    address,
    carUrl: broker.carUrl,
    get outage() {
      return outage.mode;
    },
    fail: async (mode: OutageMode, ms: number) => {
      if (!OUTAGE_MODES.includes(mode) || !(ms >= 1 && ms <= DAY_MS) || closing !== undefined) {
        throw new RangeError(
          `an outage is one of ${OUTAGE_MODES.join(', ')}, for 1 to ${String(DAY_MS)} ms`,
        );
      }
      outage.begin(mode, ms);
      await server.settled();
    },
    recover: async () => {
      outage.end();
      await server.settled();
    },
    watch: (listener) => service.events.watch(listener),
    close: () => (closing ??= close()),
  };
};

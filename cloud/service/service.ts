import type { Clock } from '../../lib/platform/clock.js';
import type { Logger } from '../../lib/platform/logger.js';
import type { Random } from '../../lib/platform/random.js';
import type { Broker } from '../broker/broker.js';
import type { Store } from '../store/store.js';
import { Cars } from './cars.js';
import { Deliveries } from './deliveries.js';
import { EventLog } from './event-log.js';
import type { Limits } from './limits.js';
import { Links } from './links.js';
import { Passwords } from './passwords.js';
import { Rates } from './rates.js';

export interface Given {
  readonly store: Store;
  readonly broker: Broker;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly passwordCost: number;
  /** The time of day, for what expires. */
  readonly now: () => Date;
}

/** What the routes work with. */
export interface Service extends Given {
  readonly passwords: Passwords;
  readonly rates: Rates;
  readonly links: Links;
  readonly deliveries: Deliveries;
  readonly cars: Cars;
  readonly events: EventLog;
  /** Streams that end when their token does. */
  readonly streams: Set<OpenStream>;
  /** The accounts that read events, once for each stream. */
  readonly eventReaders: string[];
}

export interface OpenStream {
  readonly account: string;
  readonly token: string;
  end(): void;
}

export const makeService = (given: Given): Service => {
  const { store, broker, limits, clock, random, log, passwordCost, now } = given;
  const links = new Links(broker, limits, clock);
  const deliveries = new Deliveries({ store, broker, clock, log });
  const events = new EventLog({ store, most: limits.eventsKept, random, now });
  const cars = new Cars({ store, broker, links, deliveries, events, log });
  broker.onCar = (car, message) => {
    cars.heard(car, message);
  };
  return {
    ...given,
    passwords: new Passwords(passwordCost, random),
    rates: new Rates(clock),
    links,
    deliveries,
    cars,
    events,
    streams: new Set(),
    eventReaders: [],
  };
};

/** Ends all that is open, and says why. */
export const endStreams = ({ links, streams }: Service): void => {
  links.endThose(() => true, 'service');
  for (const stream of streams) stream.end();
};

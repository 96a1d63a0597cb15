import type { AdvertisingContent } from '../link/advertising.js';
import type { GattProfile } from '../link/gatt-profile.js';
import { check, checkOptions, number } from '../platform/check.js';
import { systemClock } from '../platform/clock.js';
import type { Cancel, Clock } from '../platform/clock.js';
import { turnsOf } from '../platform/sim-clock.js';
import { encodeSet } from './advertising-data.js';
import { notThere } from './gatt-row.js';
import { LINK_RULES, memoryLinkPair, subscribing } from './memory-link.js';
import type { MemoryLinkOptions, MemoryLinkPair } from './memory-link.js';
import { closedError, connectedError, runOperation } from './operation.js';
import type {
  Advertisement,
  Central,
  CentralLink,
  Peripheral,
  PeripheralService,
} from './types.js';

/** How a car in memory serves phones. */
export interface MemoryPeripheralOptions {
  /** How many phones it serves at one time, 1 or more (default: any number). While it serves so many it says that it is busy. */
  readonly links?: number;
}

/** A car's radio in memory. */
export interface MemoryPeripheral extends Peripheral {
  /** What phones hear it by: `Advertisement.id`. */
  readonly id: string;
}

/** From one advertisement of a car to its next, in milliseconds. */
const ADVERTISING_MS = 100;
const CONNECT_TIMEOUT_MS = 10_000;
const RSSI = -40;

/**
 * Phones and cars that hear each other without a radio: every car is near every phone. They behave as those on a
 * radio do, whose contract is in types.ts; but time passes only between advertisements, and a car does not put out
 * a phone that connects and never subscribes.
 */
export class MemoryRadio {
  /** Every link made so far, newest last: for tests that break one. */
  readonly links: MemoryLinkPair[] = [];
  readonly #air: MemoryAir;
  readonly #opened = new Set<Central | Peripheral>();
  #sequence = 0;

  constructor(options: MemoryLinkOptions = {}) {
    checkOptions(options, LINK_RULES);
    const { clock = systemClock } = options;
    const connect = (): MemoryLinkPair => {
      const pair = memoryLinkPair(options);
      this.links.push(pair);
      return pair;
    };
    this.#air = { clock, inTurn: turnsOf(clock), cars: new Map(), listeners: new Set(), connect };
  }

  /** A car's radio. @throws PhoneKeyError `usage.invalid` for less than one link */
  peripheral({ links = Infinity }: MemoryPeripheralOptions = {}): MemoryPeripheral {
    check('links', links, number(1, Infinity));
    return this.#keep(new Car(this.#air, `memory-${++this.#sequence}`, links));
  }

  /** A phone's radio; it hears every car at -40 dBm. */
  central(): Central {
    return this.#keep(new Phone(this.#air));
  }

  /** Closes all of them, and with them every link. */
  async close(): Promise<void> {
    await Promise.all([...this.#opened].map((each) => each.close()));
  }

  #keep<T extends Central | Peripheral>(one: T): T {
    this.#opened.add(one);
    return one;
  }
}

/** What the radios share. */
interface MemoryAir {
  readonly clock: Clock;
  readonly inTurn: (fn: () => void) => void;
  /** Those that are not closed, by id. */
  readonly cars: Map<string, Car>;
  /** Called when a car advertises something else, or has room again. */
  readonly listeners: Set<(car: Car) => void>;
  connect(): MemoryLinkPair;
}

/** Own properties, as in Phone: a test may spread it and replace one of them. */
class Car implements MemoryPeripheral {
  readonly id: string;
  readonly mostLinks: number;
  readonly #air: MemoryAir;
  readonly #links = new Set<MemoryLinkPair['car']>();
  #services: readonly PeripheralService[] = [];
  #sets: readonly AdvertisingContent[] = [];
  #closing: Promise<void> | undefined;

  constructor(air: MemoryAir, id: string, mostLinks: number) {
    this.id = id;
    this.mostLinks = mostLinks;
    this.#air = air;
    air.cars.set(id, this);
  }

  readonly start: Peripheral['start'] = async (services) => {
    this.#assertOpen();
    this.#services = services;
  };

  readonly advertise: Peripheral['advertise'] = async (sets) => {
    this.#assertOpen();
    for (const set of sets) encodeSet(set); // throws where a set does not fit
    this.#sets = structuredClone(sets);
    this.#changed();
  };

  readonly close = (): Promise<void> => {
    this.#closing ??= this.#close();
    return this.#closing;
  };

  /** Whether a phone that wants a link gets one. */
  get accepts(): boolean {
    return this.#sets.length > 0 && this.#links.size < this.mostLinks;
  }

  get advertisements(): readonly Advertisement[] {
    const busy = this.#links.size < this.mostLinks ? {} : ({ isBusy: true } as const);
    return this.#sets.map(({ advertisement, scanResponse }) => ({
      id: this.id,
      rssi: RSSI,
      ...advertisement,
      ...scanResponse,
      ...busy,
    }));
  }

  /** The service of the profile. @throws PhoneKeyError `radio.connect-failed` where there is none */
  serviceOf({ service }: GattProfile): PeripheralService {
    const found = this.#services.find(({ profile }) => profile.service === service);
    if (found === undefined) throw notThere(`service ${service}`);
    return found;
  }

  linked(link: MemoryLinkPair['car']): void {
    this.#links.add(link);
    const unlinked = (): void => {
      this.#links.delete(link);
      this.#changed();
    };
    link.down.addEventListener('abort', unlinked, { once: true });
  }

  #changed(): void {
    for (const listener of this.#air.listeners) this.#air.inTurn(() => listener(this));
  }

  async #close(): Promise<void> {
    this.#sets = [];
    this.#air.cars.delete(this.id);
    await Promise.all([...this.#links].map((link) => link.close()));
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw closedError();
  }
}

class Phone implements Central {
  readonly #air: MemoryAir;
  readonly #power = new AbortController();
  /** By the id of the car. */
  readonly #links = new Map<string, MemoryLinkPair['phone']>();

  constructor(air: MemoryAir) {
    this.#air = air;
  }

  readonly scan: Central['scan'] = async (filters, found, signal) => {
    this.#power.signal.throwIfAborted();
    if (signal.aborted) return;
    const power = this.#power.signal;
    const isOver = (): boolean => signal.aborted || power.aborted; // `found` may end it
    const hear = (car: Car): void => {
      for (const heard of car.advertisements) {
        if (!isOver() && filters.some((filter) => filter.matches(heard))) found(heard);
      }
    };
    const { clock, inTurn, cars, listeners } = this.#air;
    let cancel: Cancel = () => undefined;
    const listen = (): void => {
      if (isOver()) return;
      cancel = clock.after(ADVERTISING_MS, listen);
      for (const car of [...cars.values()]) hear(car);
    };
    listeners.add(hear);
    inTurn(listen);
    try {
      await new Promise<void>((resolve, reject) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
        power.addEventListener('abort', () => reject(closedError()), { once: true, signal });
      });
    } finally {
      listeners.delete(hear);
      cancel();
    }
  };

  readonly connect: Central['connect'] = async ({ id }, profile, options = {}) => {
    const { timeoutMs = CONNECT_TIMEOUT_MS, signal } = options;
    const { clock, cars, listeners } = this.#air;
    const signals = [this.#power.signal, ...(signal === undefined ? [] : [signal])];
    let look = (): void => undefined;
    try {
      return await runOperation<CentralLink>(
        clock,
        { what: 'connecting', timeoutMs, signals, failure: 'radio.connect-failed' },
        ({ resolve, reject }) => {
          look = () => {
            if (!listeners.has(look)) return; // it was called off
            try {
              if (this.#links.has(id)) throw connectedError();
              const car = cars.get(id);
              if (car?.accepts === true) resolve(this.#link(car, profile));
            } catch (error) {
              reject(error);
            }
          };
          listeners.add(look);
          look();
        },
      );
    } finally {
      listeners.delete(look);
    }
  };

  readonly close = async (): Promise<void> => {
    this.#power.abort(closedError());
    await Promise.all([...this.#links.values()].map((link) => link.close()));
  };

  #link(car: Car, profile: GattProfile): CentralLink {
    const { id } = car;
    const service = car.serviceOf(profile);
    const pair = this.#air.connect();
    car.linked(pair.car);
    this.#links.set(id, pair.phone);
    const unlinked = (): void => {
      this.#links.delete(id);
    };
    pair.phone.down.addEventListener('abort', unlinked, { once: true });
    return subscribing(pair.phone, id, () => {
      service.onLink(pair.car);
    });
  }
}

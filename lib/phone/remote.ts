import { PhoneKeyError } from '../errors.js';
import type { CarStatus, KeyEntry } from '../domain/outcomes.js';
import { CarChannel } from '../native/phone/car-channel.js';
import { afterCommand, deliverCarried } from './carrying.js';
import type { Delivery } from './carrying.js';
import { CarConnection } from '../native/phone/connection.js';
import type { StartOptions } from '../native/phone/connection.js';
import { Deadline, phoneEnvironment } from './environment.js';
import type { CallOptions, PhoneEnvironment, PhoneKeyOptions } from './environment.js';
import { findCar, scanCars } from './finder.js';
import type { SeenCar } from './finder.js';
import { learnFrom, learnOwnKey } from './learning.js';
import { unknownCar } from './store.js';
import type { PairedCar } from './store.js';

export interface CarCallOptions extends CallOptions {
  /** Name of the paired car; without it, the nearest of the cars this phone has a key for. */
  readonly car?: string;
}

/**
 * A phone that uses the keys it has. `unlock()` and its siblings find the car, connect, do one thing and
 * disconnect; `connect()` keeps the link for several. All throw PhoneKeyError. `PhoneKey` also gets keys and
 * gives them; what that takes, SPAKE2+ above all, is not loaded with this.
 */
export class Remote {
  readonly #environment: PhoneEnvironment;

  constructor(options: PhoneKeyOptions) {
    this.#environment = phoneEnvironment(options);
  }

  /** Reports phonekey cars each time they are heard, until the signal aborts. */
  scan(found: (car: SeenCar) => void, signal: AbortSignal): Promise<void> {
    return scanCars(this.#environment, found, signal);
  }

  /**
   * Finds the car and opens a link to it. Nothing is proved until the first command.
   * @throws PhoneKeyError `keys.not-paired`, `keys.unknown-car`, `car.not-found`, `radio.*`
   */
  async connect(options: CarCallOptions = {}): Promise<CarConnection> {
    const deadline = new Deadline(this.#environment.clock, options);
    const cars = await this.cars();
    const wanted =
      options.car === undefined ? cars : cars.filter((car) => car.name === options.car);
    if (cars.length === 0) throw new PhoneKeyError('keys.not-paired', 'no car is paired');
    if (wanted.length === 0) throw unknownCar(String(options.car));
    const names = new Set(wanted.map((car) => car.name));
    const seen = await findCar(
      this.#environment,
      {
        wants: ({ car }) => car !== undefined && names.has(car.name),
        first: wanted.length === 1,
        notFound: () => new PhoneKeyError('car.not-found', 'the car was not heard'),
      },
      deadline,
    );
    if (seen.car === undefined) throw new PhoneKeyError('internal', 'a stranger was found');
    const { car } = seen;
    const channel = await CarChannel.connect(this.#environment, seen, deadline);
    return new CarConnection(this.#environment, car, channel, (result) =>
      learnFrom(this.#environment, car, channel.attHandle, result),
    );
  }

  unlock(options?: CarCallOptions): Promise<void> {
    return this.#once(options, (car, rest) => car.unlock(rest));
  }

  lock(options?: CarCallOptions): Promise<void> {
    return this.#once(options, (car, rest) => car.lock(rest));
  }

  /** Authorises driving for two minutes. */
  start(options?: CarCallOptions & StartOptions): Promise<void> {
    return this.#once(options, (car, rest) =>
      car.start({ ...rest, ...(options?.pin === undefined ? {} : { pin: options.pin }) }),
    );
  }

  trunk(options?: CarCallOptions): Promise<void> {
    return this.#once(options, (car, rest) => car.trunk(rest));
  }

  frunk(options?: CarCallOptions): Promise<void> {
    return this.#once(options, (car, rest) => car.frunk(rest));
  }

  status(options?: CarCallOptions): Promise<CarStatus> {
    return this.#once(options, (car, rest) => car.status(rest));
  }

  listKeys(options?: CarCallOptions): Promise<KeyEntry[]> {
    return this.#once(options, async (connection, rest) => {
      const keys = await connection.listKeys(rest);
      await learnOwnKey(this.#environment, connection.car, keys);
      return keys;
    });
  }

  removeKey(slot: number, options?: CarCallOptions): Promise<void> {
    return this.#once(options, (car, rest) => car.removeKey(slot, rest));
  }

  /** For owners: the car asks for this PIN to start; empty: for none any more. */
  setPin(pin: string, options?: CarCallOptions): Promise<void> {
    return this.#once(options, (car, rest) => car.setPin(pin, rest));
  }

  /**
   * For owners, where the keys are in the wrong hands: every key but the owners' is gone, every grant of
   * before is worth nothing, and this phone remembers none of those it made.
   */
  raiseEpoch(options?: CarCallOptions): Promise<void> {
    return this.#once(options, async (connection, rest) => {
      await connection.raiseEpoch(rest);
      await this.#environment.store.update(
        connection.car.name,
        ({ shared: _, ...car }): PairedCar => car,
      );
    });
  }

  /**
   * Delivers what this phone carries for a car. Every other command does so too, when it is done;
   * notices of this phone are carried from the moment they are signed.
   */
  deliver(options?: CarCallOptions): Promise<Delivery> {
    return this.#once(options, (car, rest) => deliverCarried(this.#environment, car, rest));
  }

  /** The cars this phone has a key for. */
  cars(): Promise<readonly PairedCar[]> {
    return this.#environment.store.list();
  }

  /** Frees the radio. */
  close(): Promise<void> {
    return this.#environment.central.close();
  }

  /** One timeout for all of it: finding, connecting, asking. */
  async #once<T>(
    options: CarCallOptions = {},
    ask: (connection: CarConnection, options: CallOptions) => Promise<T>,
  ): Promise<T> {
    const deadline = new Deadline(this.#environment.clock, options);
    const connection = await this.connect(options);
    try {
      const answer = await ask(connection, { timeoutMs: deadline.leftMs, signal: deadline.signal });
      return answer;
    } finally {
      await afterCommand(this.#environment, connection, deadline);
      // As in `pair`.
      await connection.close().catch(() => undefined);
    }
  }
}

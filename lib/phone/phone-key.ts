import { defaultSuite } from '../crypto/index.js';
import type { Suite } from '../crypto/suite.js';
import { PhoneKeyError } from '../errors.js';
import { parsePairingCode } from '../pairing/code.js';
import { systemClock } from '../platform/clock.js';
import type { Clock } from '../platform/clock.js';
import { silentLogger } from '../platform/logger.js';
import type { Logger } from '../platform/logger.js';
import { systemRandom } from '../platform/random.js';
import type { Random } from '../platform/random.js';
import type { Central } from '../radio/types.js';
import type { OnSessionKeys } from '../session/session-keys.js';
import { checkName } from '../wire/codec.js';
import type { Trace } from '../wire/message-link.js';
import type { CarStatus, KeyEntry } from './answers.js';
import { CarChannel } from './car-channel.js';
import { CarConnection } from './connection.js';
import { Deadline } from './environment.js';
import type { CallOptions, PhoneEnvironment } from './environment.js';
import { findCar, scanCars } from './finder.js';
import type { SeenCar } from './finder.js';
import { pairOver } from './pair.js';
import type { CarStore, PairedCar } from './store.js';

export interface PhoneKeyOptions {
  readonly central: Central;
  readonly store: CarStore;
  /** What the car's owner sees in the list of keys; 1 to 32 bytes of UTF-8 (default `phone`). */
  readonly name?: string;
  readonly suite?: Suite;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly log?: Logger;
  /** Sees every message that goes over the air, without any key. */
  readonly trace?: Trace;
  /**
   * Is given the keys of every session, so that somebody who records the air can read what is sealed:
   * for simulation and development. Without it they are kept nowhere but in the session.
   */
  readonly onSessionKeys?: OnSessionKeys | undefined;
}

export interface CarCallOptions extends CallOptions {
  /** Name of the paired car; without it, the nearest of the cars this phone has a key for. */
  readonly car?: string;
}

export interface PairOptions extends CallOptions {
  /** The 8-digit code on the screen of the car. */
  readonly code: string;
  /** The radio's id of the car (`SeenCar.id`); without it, the nearest car that waits for pairing. */
  readonly id?: string;
}

/**
 * A phone that is a key. `unlock()` and its siblings find the car, connect, do one thing and
 * disconnect; `connect()` keeps the link for several. All throw PhoneKeyError.
 */
export class PhoneKey {
  readonly #environment: PhoneEnvironment;
  readonly #name: string;

  constructor(options: PhoneKeyOptions) {
    this.#name = phoneName(options.name ?? 'phone');
    this.#environment = {
      central: options.central,
      store: options.store,
      suite: options.suite ?? defaultSuite,
      clock: options.clock ?? systemClock,
      random: options.random ?? systemRandom,
      log: options.log ?? silentLogger,
      trace: options.trace,
      onSessionKeys: options.onSessionKeys,
    };
  }

  /** Reports phonekey cars each time they are heard, until the signal aborts. */
  scan(found: (car: SeenCar) => void, signal: AbortSignal): Promise<void> {
    return scanCars(this.#environment, found, signal);
  }

  /**
   * Pairs with a car whose pairing window is open.
   * @throws PhoneKeyError `usage.invalid`, `car.not-found`, `pairing.closed`, `pairing.wrong-code`,
   *   `pairing.slots-full`, `car.outcome-unknown` (the car may have enrolled this phone)
   */
  async pair(options: PairOptions): Promise<PairedCar> {
    const code = parsePairingCode(options.code);
    const deadline = new Deadline(this.#environment.clock, options);
    let heard = false;
    const seen = await findCar(
      this.#environment,
      {
        wants: (car) => {
          if (options.id !== undefined && car.id !== options.id) return false;
          heard = true;
          return car.pairing;
        },
        first: options.id !== undefined,
        notFound: () =>
          heard
            ? new PhoneKeyError('pairing.closed', 'the pairing window of the car is closed')
            : new PhoneKeyError('car.not-found', 'no car was heard'),
      },
      deadline,
    );
    const channel = await this.#open(seen, deadline);
    try {
      return await pairOver(this.#environment, channel, code, this.#name, deadline);
    } finally {
      // What the car answered counts, not how the link ended.
      await channel.close().catch(() => undefined);
    }
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
    if (wanted.length === 0) {
      throw new PhoneKeyError(
        'keys.unknown-car',
        `no car named "${String(options.car)}" is paired`,
      );
    }
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
    const channel = await this.#open(seen, deadline);
    return new CarConnection(this.#environment, car, channel, () => this.#confirm(car));
  }

  unlock(options?: CarCallOptions): Promise<void> {
    return this.#once(options, (car, rest) => car.unlock(rest));
  }

  lock(options?: CarCallOptions): Promise<void> {
    return this.#once(options, (car, rest) => car.lock(rest));
  }

  /** Authorises driving for two minutes. */
  start(options?: CarCallOptions): Promise<void> {
    return this.#once(options, (car, rest) => car.start(rest));
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
    return this.#once(options, (car, rest) => car.listKeys(rest));
  }

  removeKey(slot: number, options?: CarCallOptions): Promise<void> {
    return this.#once(options, (car, rest) => car.removeKey(slot, rest));
  }

  /** The cars this phone has a key for. */
  cars(): Promise<readonly PairedCar[]> {
    return this.#environment.store.list();
  }

  /** Frees the radio. */
  close(): Promise<void> {
    return this.#environment.central.close();
  }

  async #open(seen: SeenCar, deadline: Deadline): Promise<CarChannel> {
    const link = await this.#environment.central.connect(seen.advertisement, {
      timeoutMs: deadline.leftMs,
      signal: deadline.signal,
    });
    try {
      return await CarChannel.open(link, this.#environment, deadline);
    } catch (error) {
      await link.close().catch(() => undefined);
      throw error;
    }
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
      // As in `pair`.
      await connection.close().catch(() => undefined);
    }
  }

  /** A car that answered has enrolled this phone, even if its confirmation got lost. */
  async #confirm(car: PairedCar): Promise<void> {
    if (car.state === 'paired') return;
    const { store, log } = this.#environment;
    await store.save({ ...car, state: 'paired' }).catch((error: unknown) => {
      log.warn('the key stays pending, it could not be saved', { error: String(error) });
    });
  }
}

const phoneName = (name: string): string => {
  try {
    return checkName(name);
  } catch (cause) {
    throw new PhoneKeyError('usage.invalid', 'not a name for a phone', {
      cause,
      hint: 'Choose a name of 1 to 32 bytes without control characters.',
    });
  }
};

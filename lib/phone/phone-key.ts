import { defaultSuite } from '../crypto/index.js';
import type { Suite } from '../crypto/suite.js';
import type { FormFactorName } from '../credentials/form-factors.js';
import { PhoneKeyError } from '../errors.js';
import { parsePairingCode } from '../pairing/code.js';
import { systemClock, systemWallTime } from '../platform/clock.js';
import type { Clock } from '../platform/clock.js';
import { silentLogger } from '../platform/logger.js';
import type { Logger } from '../platform/logger.js';
import { systemRandom } from '../platform/random.js';
import type { Random } from '../platform/random.js';
import type { Central } from '../radio/types.js';
import type { OnSessionKeys } from '../session/session-keys.js';
import type { Trace } from '../wire/message-link.js';
import type { AcceptOptions } from './accepting.js';
import type { CarStatus, KeyEntry } from './answers.js';
import { CarChannel } from './car-channel.js';
import type { Carried, CarryOptions, Ways } from './carry.js';
import { afterCommand, deliverCarried } from './carrying.js';
import type { Delivery } from './carrying.js';
import { chooseCar } from './choose.js';
import { CarConnection } from './connection.js';
import type { StartOptions } from './connection.js';
import { Deadline } from './environment.js';
import type { CallOptions, PhoneEnvironment } from './environment.js';
import { findCar, scanCars } from './finder.js';
import type { SeenCar } from './finder.js';
import { learnFrom, learnOwnKey } from './learning.js';
import { chosenName } from './naming.js';
import type { NoticeOptions, SignedNotice } from './revoking.js';
import type { Share, ShareOptions } from './sharing.js';
import { unknownCar } from './store.js';
import type { CarStore, PairedCar } from './store.js';

export interface PhoneKeyOptions {
  readonly central: Central;
  readonly store: CarStore;
  /** What the car's owner sees in the list of keys; 1 to 32 bytes of UTF-8 (default `phone`). */
  readonly name?: string;
  /** What kind of thing this is, for the same list (default `phone`). */
  readonly formFactor?: FormFactorName;
  readonly suite?: Suite;
  readonly clock?: Clock;
  /** Milliseconds since 1970: what grants and notices are dated with (default: the system's). */
  readonly wallTime?: () => number;
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
 * disconnect; `connect()` keeps the link for several. All throw PhoneKeyError. What pairing and sharing
 * need is loaded when they are first asked for: SPAKE2+ alone takes as long to load as an unlock.
 */
export class PhoneKey {
  readonly #environment: PhoneEnvironment;

  constructor(options: PhoneKeyOptions) {
    this.#environment = {
      central: options.central,
      store: options.store,
      suite: options.suite ?? defaultSuite,
      clock: options.clock ?? systemClock,
      wallTime: options.wallTime ?? systemWallTime,
      name: chosenName('a phone', options.name ?? 'phone'),
      formFactor: options.formFactor ?? 'phone',
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
    const { pairOver } = await import('./pair.js');
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
      return await pairOver(this.#environment, channel, code, deadline);
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
    const channel = await this.#open(seen, deadline);
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

  /** A fresh key to show to an owner, `phonekey:key/...`. Of a named car, the key that this phone has for it. */
  async offer({ car }: NoticeOptions = {}): Promise<string> {
    const { keyUri, offer } = await import('./accepting.js');
    return car === undefined
      ? offer(this.#environment)
      : keyUri(await chooseCar(this.#environment, car));
  }

  /** Gives somebody else's key rights, by a grant that travels to their phone: `phonekey:grant/...`. */
  async share(options: ShareOptions): Promise<Share> {
    const { share } = await import('./sharing.js');
    return share(this.#environment, options);
  }

  /** Takes a grant for a key that this phone offered; the car takes the key at its first use. */
  async accept(uri: string, options?: AcceptOptions): Promise<PairedCar> {
    const { accept } = await import('./accepting.js');
    return accept(this.#environment, uri, options);
  }

  /** @param which its fingerprint in hex, or the name that this phone shared it by */
  async revoke(which: string, options: NoticeOptions = {}): Promise<SignedNotice> {
    const { judge } = await import('./revoking.js');
    return judge(this.#environment, which, 'revoked', options);
  }

  /** As `revoke`, until `resume`. */
  async suspend(which: string, options: NoticeOptions = {}): Promise<SignedNotice> {
    const { judge } = await import('./revoking.js');
    return judge(this.#environment, which, 'suspended', options);
  }

  async resume(which: string, options: NoticeOptions = {}): Promise<SignedNotice> {
    const { judge } = await import('./revoking.js');
    return judge(this.#environment, which, undefined, options);
  }

  /** News for the car that nothing has changed: leases begin anew. */
  async stamp(options: NoticeOptions = {}): Promise<SignedNotice> {
    const { stamp } = await import('./revoking.js');
    return stamp(this.#environment, options);
  }

  /**
   * Delivers what this phone carries for a car. Every other command does so too, when it is done;
   * notices of this phone are carried from the moment they are signed.
   */
  deliver(options?: CarCallOptions): Promise<Delivery> {
    return this.#once(options, (car, rest) => deliverCarried(this.#environment, car, rest));
  }

  /**
   * Carries notices of owners to their cars: to those this phone has a key for now, or with its next
   * command there; what is for none of them is handed to all cars in range.
   * @param uris `phonekey:notice/...`
   * @throws PhoneKeyError `usage.invalid`; where there is no car to hand them to, as `connect`
   */
  async carry(uris: readonly string[], options: CarryOptions = {}): Promise<Carried> {
    const { carry } = await import('./carry.js');
    const ways: Ways = {
      deliver: (car, rest) => this.deliver({ car, ...rest }),
      open: (seen, deadline) => this.#open(seen, deadline),
    };
    return carry(this.#environment, ways, uris, options);
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
      attHandle: seen.car?.attHandle,
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
      await afterCommand(this.#environment, connection, deadline);
      // As in `pair`.
      await connection.close().catch(() => undefined);
    }
  }
}

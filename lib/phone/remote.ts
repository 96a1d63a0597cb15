import { PhoneKeyError } from '../errors.js';
import type { KeyEntry } from '../domain/outcomes.js';
import { nativeRemote } from '../native/phone.js';
import type { Refusal } from '../domain/refusals.js';
import { check, text } from '../platform/check.js';
import { bounded } from './boundary.js';
import { Candidates } from './candidates.js';
import { carsNamed } from './choose.js';
import { CarCommands, checkSlot } from './commands.js';
import { entryOf } from './connection.js';
import type { CarConnection } from './connection.js';
import { Deadline } from './deadline.js';
import type { CallOptions } from './deadline.js';
import { phoneEnvironment } from './environment.js';
import type { PhoneEnvironment, PhoneKeyOptions } from './environment.js';
import type { HeardCar } from './finder.js';
import { pause } from '../platform/clock.js';
import { openOutbox } from './outbox.js';
import type { Delivery, Outbox } from './outbox.js';
import { goOn, reconcileOwnKey } from './reconcile.js';
import { scanning } from './scanning.js';
import type { ScanOptions, SeenCar } from './scanning.js';
import type { PairedCar } from './store.js';

/** Of a call for which a car has to be found first. */
export interface CarCallOptions extends CallOptions {
  /** Name of the paired car; without it, the nearest of the cars this phone has a key for. */
  readonly car?: string | undefined;
  /** Those cars, for who has read them already; without them, the store is read. */
  readonly cars?: readonly PairedCar[] | undefined;
}

/**
 * After how many milliseconds without a link the car may well do what it refused: it found the grant of this phone
 * dated a little ahead, or keeps its links for others (docs/PROTOCOL.md, sections 8 and 5).
 */
const AGAIN_MS: Partial<Record<Refusal, number>> = { 'dated-ahead': 1_000, busy: 5_000 };
/** What a car may do a little later is asked for again so often. */
const MOST_AGAIN = 2;
/** Asking takes no longer, in milliseconds. */
const ASKING_MS = 1_000;

/** A neighbour's car is as strange as one that was reset: nobody can tell which it is. */
const notHeard = (strangers = 0): PhoneKeyError => {
  if (strangers === 0) return new PhoneKeyError('car.not-found', 'the car was not heard');
  const others = strangers === 1 ? 'a car is' : `${String(strangers)} cars are`;
  return new PhoneKeyError(
    'car.not-found',
    `the car was not heard; ${others} near that this phone has no key for`,
    {
      hint: 'Go closer to the car. Where it was reset, it has forgotten this phone and has another identity. Pair it anew.',
    },
  );
};

/**
 * A phone that uses the keys it has. `unlock()` and its siblings find the car, connect, do one thing and
 * disconnect; `connect()` keeps the link for several. All throw PhoneKeyError. `PhoneKey` also gets keys;
 * what that takes, SPAKE2+ above all, is not loaded with this.
 */
export class Remote extends CarCommands<CarCallOptions> {
  readonly #environment: PhoneEnvironment;

  constructor(options: PhoneKeyOptions) {
    super();
    this.#environment = phoneEnvironment(options, [nativeRemote]);
  }

  /**
   * The phonekey cars in range, each time that one is heard: `for await (const car of phone.scan())`. Leaving the
   * loop ends the scan, and so does the signal, upon which the loop ends without an error. Who takes his time is
   * told the newest of each car.
   * @throws PhoneKeyError `usage.invalid`, `keys.unreadable`, `radio.unavailable`, `radio.scan-failed`, `radio.closed`
   */
  scan(options: ScanOptions = {}): AsyncGenerator<SeenCar, void, undefined> {
    return scanning(this.#environment, options);
  }

  /**
   * Finds the car and opens a link to it. Nothing is proved until the first command.
   * @throws PhoneKeyError `keys.not-paired`, `keys.unknown-car`, `car.not-found`, `radio.*`
   */
  connect(options: CarCallOptions = {}): Promise<CarConnection> {
    return bounded(async () => {
      const deadline = Deadline.of(this.#environment.clock, options);
      return (await this.#candidates(options, deadline)).open();
    });
  }

  override listKeys(options?: CarCallOptions): Promise<KeyEntry[]> {
    return bounded(() =>
      this.call(options, async (connection, deadline) => {
        const keys = await connection.listKeys(deadline);
        await reconcileOwnKey(this.#environment, entryOf(connection), keys);
        return keys;
      }),
    );
  }

  /** With the key of this phone goes its entry of the car. */
  override async removeKey(slot: number | 'own', options?: CarCallOptions): Promise<void> {
    checkSlot(slot);
    const car = await bounded(() =>
      this.call(options, async (connection, deadline) => {
        await connection.removeKey(slot, deadline);
        return connection.car;
      }),
    );
    if (slot !== 'own' && slot !== car.slot) return;
    await bounded(() => this.#environment.store.remove(car.name));
  }

  /**
   * Delivers what is in the outbox for a car. Every other command does so too, when it is done; a
   * revocation list of this phone is there from the moment it is signed.
   */
  deliver(options?: CarCallOptions): Promise<Delivery> {
    return bounded(() => this.call(options, (_, deadline, outbox) => outbox.deliver(deadline)));
  }

  /** Frees the radio, and closes its links. Closing twice is allowed. */
  close(): Promise<void> {
    return bounded(() => this.#environment.central.close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal One timeout for all of it: finding, connecting, asking. */
  protected async call<T>(
    options: CarCallOptions | undefined,
    work: (connection: CarConnection, deadline: Deadline, outbox: Outbox) => Promise<T>,
  ): Promise<T> {
    const deadline = Deadline.of(this.#environment.clock, options);
    let candidates = await this.#candidates(options ?? {}, deadline);
    let again = 0;
    let others: number | undefined;
    let refused: (() => T) | undefined;
    for (;;) {
      const connection = await candidates.open();
      const outbox = openOutbox(this.#environment, connection);
      let failure: unknown;
      let end: () => T;
      try {
        const done = await work(connection, deadline, outbox);
        end = () => done;
      } catch (error) {
        failure = error;
        end = () => {
          throw error;
        };
      }
      const { last } = connection;
      await outbox.afterCommand(deadline);
      // What the car answered counts, not how the link ended.
      await connection.close().catch(() => undefined);

      const againMs = last?.refusal && AGAIN_MS[last.refusal];
      if (againMs !== undefined && again < MOST_AGAIN && deadline.timeoutMs > againMs + ASKING_MS) {
        again += 1;
        await deadline.race(pause(this.#environment.clock, againMs), notHeard);
        continue;
      }
      if (failure !== undefined && (await candidates.hasOther(failure))) continue;
      const isUnknown = failure instanceof PhoneKeyError && failure.code === 'car.not-recognised';
      const car = entryOf(connection);
      others ??= car.otherGrants?.length ?? 0;
      const other =
        last !== undefined && (isUnknown || last.refusal !== undefined) && others-- > 0
          ? await goOn(this.#environment, car, last.refusal, last.command)
          : undefined;
      // A refusal says more than that the car knows nothing of another grant.
      if (other === undefined) return isUnknown && refused !== undefined ? refused() : end();
      if (!isUnknown) refused = end;
      candidates = await this.#candidates({ car: other.name, cars: [other] }, deadline);
    }
  }

  async #candidates({ car: name, cars }: CarCallOptions, deadline: Deadline): Promise<Candidates> {
    check('car', name, text);
    const known = cars ?? (await this.#environment.store.list());
    const wanted = new Set(carsNamed(known, name));
    const wants = ({ car }: HeardCar): boolean => car !== undefined && wanted.has(car);
    const first = wanted.size === 1;
    return new Candidates(this.#environment, known, { wants, first, notFound: notHeard }, deadline);
  }
}

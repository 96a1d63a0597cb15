import { PhoneKeyError } from '../errors.js';
import type { KeyEntry } from '../domain/outcomes.js';
import { nativeRemote } from '../native/phone.js';
import { carsNamed } from './choose.js';
import { CarCommands, CarConnection, entryOf } from './connection.js';
import { Deadline } from './deadline.js';
import type { CallOptions } from './deadline.js';
import { phoneEnvironment } from './environment.js';
import type { PhoneEnvironment, PhoneKeyOptions } from './environment.js';
import { connectToCar, findCar, scanCars } from './finder.js';
import type { HeardCar } from './finder.js';
import { carOf } from './car.js';
import type { Car } from './car.js';
import { pause } from '../platform/clock.js';
import { openOutbox } from './outbox.js';
import type { Delivery, Outbox } from './outbox.js';
import { goOn, reconcileOwnKey } from './reconcile.js';
import type { PairedCar } from './store.js';

export interface CarCallOptions extends CallOptions {
  /** Name of the paired car; without it, the nearest of the cars this phone has a key for. */
  readonly car?: string | undefined;
  /** Those cars, for who has read them already; without them, the store is read. */
  readonly cars?: readonly PairedCar[] | undefined;
}

/** A phonekey car that was heard. */
export interface SeenCar extends Omit<HeardCar, 'car'> {
  /** Undefined where this phone has no key for it. */
  readonly car: Car | undefined;
}

/** A grant that is dated ahead is shown again so often, after so many milliseconds each. */
const MOST_AGAIN = 2;
const AGAIN_MS = 1_000;

const isUnknown = (error: unknown): boolean =>
  error instanceof PhoneKeyError && error.code === 'car.not-recognised';

const notHeard = (): PhoneKeyError => new PhoneKeyError('car.not-found', 'the car was not heard');

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

  /** Reports phonekey cars each time they are heard, until the signal aborts. */
  async scan(found: (car: SeenCar) => void, signal: AbortSignal): Promise<void> {
    const cars = await this.#environment.store.list();
    const hear = ({ car, ...heard }: HeardCar): void =>
      found({ ...heard, car: car && carOf(this.#environment.suite, car) });
    await scanCars(this.#environment, cars, hear, signal);
  }

  /**
   * Finds the car and opens a link to it. Nothing is proved until the first command.
   * @throws PhoneKeyError `keys.not-paired`, `keys.unknown-car`, `car.not-found`, `radio.*`
   */
  connect(options: CarCallOptions = {}): Promise<CarConnection> {
    return this.#connect(options, Deadline.of(this.#environment.clock, options));
  }

  override listKeys(options?: CarCallOptions): Promise<KeyEntry[]> {
    return this.call(options, async (connection, deadline) => {
      const keys = await connection.listKeys(deadline);
      await reconcileOwnKey(this.#environment, entryOf(connection), keys);
      return keys;
    });
  }

  /** With the key of this phone goes its entry of the car. */
  override async removeKey(slot: number | 'own', options?: CarCallOptions): Promise<void> {
    const car = await this.call(options, async (connection, deadline) => {
      await connection.removeKey(slot, deadline);
      return connection.car;
    });
    if (slot === 'own' || slot === car.slot) await this.#environment.store.remove(car.name);
  }

  /**
   * Delivers what is in the outbox for a car. Every other command does so too, when it is done; a
   * revocation list of this phone is there from the moment it is signed.
   */
  deliver(options?: CarCallOptions): Promise<Delivery> {
    return this.call(options, (_, deadline, outbox) => outbox.deliver(deadline));
  }

  /** Frees the radio. */
  close(): Promise<void> {
    return this.#environment.central.close();
  }

  /** One timeout for all of it: finding, connecting, asking. */
  protected async call<T>(
    options: CarCallOptions | undefined,
    work: (connection: CarConnection, deadline: Deadline, outbox: Outbox) => Promise<T>,
  ): Promise<T> {
    const deadline = Deadline.of(this.#environment.clock, options);
    let given = options ?? {};
    let again = MOST_AGAIN;
    let others: number | undefined;
    let refused: (() => T) | undefined;
    for (;;) {
      const connection = await this.#connect(given, deadline);
      const outbox = openOutbox(this.#environment, connection);
      let waitMs: number | undefined;
      /** Whether the car may do a moment later what it has refused, or by another grant that this phone has. */
      const goesOn = async (error?: unknown): Promise<boolean> => {
        const { command, refusal } = connection.last ?? {};
        if (command === undefined || !(refusal || isUnknown(error))) return false;
        if (refusal === 'dated-ahead' && again-- > 0 && deadline.timeoutMs > 2 * AGAIN_MS) {
          waitMs = AGAIN_MS;
          return true;
        }
        const before = entryOf(connection);
        others ??= before.otherGrants?.length ?? 0;
        if (others-- <= 0) return false;
        const car = await goOn(this.#environment, before, refusal, command);
        if (car !== undefined) given = { car: car.name, cars: [car] };
        return car !== undefined;
      };
      try {
        const done = await work(connection, deadline, outbox);
        if (!(await goesOn())) return done;
        refused = () => done;
      } catch (error) {
        if (await goesOn(error)) {
          if (!isUnknown(error))
            refused = () => {
              throw error;
            };
          // A refusal says more than that the car knows nothing of another grant.
        } else if (refused !== undefined && isUnknown(error)) return refused();
        else throw error;
      } finally {
        await outbox.afterCommand(deadline);
        // What the car answered counts, not how the link ended.
        await connection.close().catch(() => undefined);
      }
      // An owner's clock may be a little ahead of the car's.
      if (waitMs !== undefined)
        await deadline.race(pause(this.#environment.clock, waitMs), notHeard);
    }
  }

  async #connect({ car: name, cars }: CarCallOptions, deadline: Deadline): Promise<CarConnection> {
    const environment = this.#environment;
    const known = cars ?? (await environment.store.list());
    const wanted = new Set(carsNamed(known, name));
    const seen = await findCar(
      environment,
      known,
      {
        wants: ({ car }) => car !== undefined && wanted.has(car),
        first: wanted.size === 1,
        notFound: notHeard,
      },
      deadline,
    );
    const { car } = seen;
    if (car === undefined) throw new PhoneKeyError('internal', 'a stranger was found');
    const link = await connectToCar(environment, seen, deadline);
    deadline.reached();
    try {
      const session = await seen.dialect.open(link, car, environment, deadline);
      return new CarConnection(environment, car, link, session);
    } catch (error) {
      await link.close().catch(() => undefined);
      throw error;
    }
  }
}

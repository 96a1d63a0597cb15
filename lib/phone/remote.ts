import type { KeyEntry } from '../domain/outcomes.js';
import { nativeRemote } from '../native/phone.js';
import type { Work } from './attempt.js';
import { bounded } from './boundary.js';
import { callCar, candidatesFor, wantedOf } from './calling.js';
import type { CarCallOptions } from './calling.js';
import { invalid } from './choose.js';
import { CarCommands, checkSlot } from './commands.js';
import { entryOf } from './connection.js';
import type { CarConnection } from './connection.js';
import { Deadline } from './deadline.js';
import { phoneEnvironment } from './environment.js';
import type { PhoneEnvironment, PhoneKeyOptions } from './environment.js';
import type { Delivery } from './outbox.js';
import { reconcileOwnKey } from './reconcile.js';
import { scanning } from './scanning.js';
import type { ScanOptions, SeenCar } from './scanning.js';

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
      if (options.via === 'cloud') throw invalid('a link is kept over Bluetooth alone');
      const deadline = Deadline.of(this.#environment.clock, options);
      const cars = await wantedOf(this.#environment, options);
      return candidatesFor(this.#environment, cars, deadline).open(deadline);
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

  /** Frees the radio, leaves the cloud, and closes all links. Closing twice is allowed. */
  close(): Promise<void> {
    const { central, cloud } = this.#environment;
    return bounded(async () => {
      const left = Promise.allSettled([cloud?.close()]);
      await central.close().finally(() => left);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal */
  protected call<T>(options: CarCallOptions = {}, work: Work<T>, anyWay = false): Promise<T> {
    return callCar(this.#environment, options, work, anyWay);
  }
}

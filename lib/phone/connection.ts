import type { Command } from '../domain/commands.js';
import type { Result } from '../domain/outcomes.js';
import { PhoneKeyError } from '../errors.js';
import type { CentralLink } from '../radio/types.js';
import { CarCommands } from './car-commands.js';
import { Deadline } from './deadline.js';
import type { CallOptions } from './deadline.js';
import type { CarSession } from './dialect.js';
import type { PhoneEnvironment } from './environment.js';
import { reconcile } from './reconcile.js';
import type { PairedCar } from './store.js';

/**
 * A link to a car this phone has a key for. Commands run one after the other; the first carries the
 * proof of who we are. A command that got no answer ends the link.
 */
export class CarConnection extends CarCommands<CallOptions> {
  readonly car: PairedCar;
  readonly #environment: PhoneEnvironment;
  readonly #link: CentralLink;
  readonly #session: CarSession;
  #clockLost = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    environment: PhoneEnvironment,
    car: PairedCar,
    link: CentralLink,
    session: CarSession,
  ) {
    super();
    this.car = car;
    this.#environment = environment;
    this.#link = link;
    this.#session = session;
  }

  /** Whether the last answer said that the car does not know the time. */
  get clockLost(): boolean {
    return this.#clockLost;
  }

  /** Whether the car has accepted this phone's key, and the link is still there. */
  get usable(): boolean {
    return this.#session.usable;
  }

  /** Any command; resolves to what the car answered, a refusal too. */
  command(command: Command, options?: CallOptions): Promise<Result> {
    const deadline = Deadline.of(this.#environment.clock, options);
    const before = this.#turn;
    const result = deadline
      .race(before, () => new PhoneKeyError('car.silent', 'the time was over before its turn came'))
      .then(() => this.#ask(command, deadline));
    this.#turn = Promise.allSettled([before, result]);
    return result;
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  protected call<T>(
    options: CallOptions | undefined,
    work: (link: this, deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    return work(this, Deadline.of(this.#environment.clock, options));
  }

  async #ask(command: Command, deadline: Deadline): Promise<Result> {
    deadline.check();
    if (deadline.leftMs === 0) {
      throw new PhoneKeyError('car.silent', 'the time was over before the command could be sent');
    }
    const result = await this.#session.ask(command, deadline);
    this.#clockLost = result.clockLost;
    await reconcile(this.#environment, this.car, this.#link.attHandle, result);
    return result;
  }
}

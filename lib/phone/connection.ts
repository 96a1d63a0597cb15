import { COMMAND_ID_BYTES } from '../domain/commands.js';
import type { Command, CommandName } from '../domain/commands.js';
import type { Result } from '../domain/outcomes.js';
import type { Refusal } from '../domain/refusals.js';
import { PhoneKeyError } from '../errors.js';
import { check, having, needed } from '../platform/check.js';
import type { CentralLink, LinkCloseReason } from '../radio/types.js';
import { bounded } from './boundary.js';
import type { WatchedLink } from './boundary.js';
import { carOf } from './car.js';
import type { Car } from './car.js';
import { CarCommands } from './commands.js';
import { Deadline } from './deadline.js';
import type { CallOptions } from './deadline.js';
import type { CarSession } from './dialect.js';
import { isThroughCloud } from './environment.js';
import type { PhoneEnvironment } from './environment.js';
import { reconcile } from './reconcile.js';
import type { PairedCar } from './store.js';
import { isFinal, isWish, Wishes } from './wishes.js';
import type { WishesBy } from './wishes.js';

const COMMAND = needed(having('a command'));

/** One try of a call, over one of the ways by which that is tried. */
export interface Attempt {
  /** Those of the call: they have the same ids whichever way they go. */
  readonly wishes: Wishes;
  /** How the wishes that they replace are known: by the entry as it was read for the call, or else. */
  readonly wishesBy: () => WishesBy;
  /** Is told that the car was heard. */
  readonly heard: () => void;
  /** Is told that the car has said for good what became of what it was asked. */
  readonly answered: () => void;
}

/** This phone's entry of the car, with what it has told: not for applications, which have connections too. */
export let entryOf: (connection: CarConnection) => PairedCar;

/**
 * A link to a car this phone has a key for. Commands run one after the other; the first carries the
 * proof of who we are. A command that got no answer ends the link.
 */
export class CarConnection extends CarCommands<CallOptions> {
  static {
    entryOf = (connection) => connection.#car;
  }

  readonly #environment: PhoneEnvironment;
  readonly #link: CentralLink;
  readonly #session: CarSession;
  readonly #attempt: Attempt | undefined;
  /**
   * Resolves when the link is down, and never rejects: `local` after `close`, or after a command that got no
   * answer; `remote` where the car ended it; `lost` where it broke, as when one goes away.
   */
  readonly closed: Promise<LinkCloseReason>;
  #car: PairedCar;
  #clockLost = false;
  #last: CarConnection['last'];
  #wishes = 0;
  #turn: Promise<unknown> = Promise.resolve();

  /**
   * @internal
   * @param attempt none: it is kept for several calls
   */
  constructor(
    environment: PhoneEnvironment,
    car: PairedCar,
    { link, closed }: WatchedLink,
    session: CarSession,
    attempt?: Attempt,
  ) {
    super();
    this.#car = car;
    this.#environment = environment;
    this.#link = link;
    this.closed = closed;
    this.#session = session;
    this.#attempt = attempt;
  }

  /** With what it has told. */
  get car(): Car {
    return carOf(this.#environment.suite, this.#car);
  }

  /** What was asked last, and why the car refused it; of the parts of revocation lists it is not told. */
  get last(): { readonly command: CommandName; readonly refusal?: Refusal } | undefined {
    return this.#last;
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
    return bounded(() => this.#inTurn(command, options));
  }

  /** Closes the link. Closing twice is allowed. */
  close(): Promise<void> {
    return bounded(() => this.#link.close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #inTurn(command: Command, options?: CallOptions): Promise<Result> {
    check('a command', command, COMMAND);
    const deadline = Deadline.of(this.#environment.clock, options);
    const before = this.#turn;
    const result = deadline
      .race(
        before,
        () => new PhoneKeyError('car.silent', 'the time ran out before the turn of the command'),
      )
      .then(() => this.#ask(command, deadline));
    this.#turn = Promise.allSettled([before, result]);
    return result;
  }

  /** @internal */
  protected call<T>(
    options: CallOptions | undefined,
    work: (link: this, deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    return work(this, Deadline.of(this.#environment.clock, options));
  }

  async #ask(command: Command, deadline: Deadline): Promise<Result> {
    deadline.check();
    if (deadline.timeoutMs === 0) {
      throw new PhoneKeyError('car.silent', 'the time ran out before the command could be sent');
    }
    if (command.id !== undefined && command.id.length !== COMMAND_ID_BYTES) {
      throw new PhoneKeyError('usage.invalid', 'the id of a command has 8 bytes');
    }
    this.#last = { command: command.type };
    const result = isWish(command)
      ? await this.#askOnce(command, deadline)
      : await this.#session.ask(command, deadline);
    const { outcome } = result;
    if (isFinal(outcome)) this.#attempt?.answered();
    this.#clockLost = result.clockLost;
    if (outcome.type === 'refused' && command.type !== 'deliver')
      this.#last = { command: command.type, refusal: outcome.refusal };
    // Through the cloud nobody sees where the car has its characteristics.
    const { attHandle } = isThroughCloud(this.#environment) ? this.#car : this.#link;
    this.#car = await reconcile(this.#environment, this.#car, attHandle, result);
    return result;
  }

  /** A wish: whatever becomes of this, it is carried out once at the most, and not after the next one. */
  async #askOnce(command: Command, deadline: Deadline): Promise<Result> {
    const wishes = this.#attempt?.wishes ?? new Wishes(this.#environment);
    const n = this.#attempt === undefined ? 0 : this.#wishes++;
    const by = this.#attempt?.wishesBy() ?? 'read';
    try {
      return await wishes.ask(n, command, this.#car, by, (wish) =>
        this.#session.ask(wish, deadline),
      );
    } finally {
      if (this.#attempt === undefined) await wishes.settle();
    }
  }
}

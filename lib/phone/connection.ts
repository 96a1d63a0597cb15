import { COMMAND_ID_BYTES } from '../domain/commands.js';
import type { Command, CommandName } from '../domain/commands.js';
import { isRefusal } from '../domain/outcomes.js';
import type { CarStatus, KeyEntry, Outcome, Result } from '../domain/outcomes.js';
import { refusalError } from '../domain/refusals.js';
import type { Refusal } from '../domain/refusals.js';
import { PhoneKeyError } from '../errors.js';
import { callback, check, having, needed, text, whole } from '../platform/check.js';
import type { CentralLink, LinkCloseReason } from '../radio/types.js';
import { bounded, calledBack } from './boundary.js';
import type { WatchedLink } from './boundary.js';
import { carOf } from './car.js';
import type { Car } from './car.js';
import { Deadline } from './deadline.js';
import type { CallOptions } from './deadline.js';
import type { CarSession } from './dialect.js';
import type { PhoneEnvironment } from './environment.js';
import { reconcile } from './reconcile.js';
import type { PairedCar } from './store.js';

/** 4 to 8 digits; a function is called only when the car asks for it. */
export type GivenPin = string | (() => string | Promise<string>) | undefined;

/** Of `start`. */
export interface StartOptions extends CallOptions {
  /** Needed where an owner has set one. */
  readonly pin?: GivenPin;
}

/** Of `setPin`. */
export interface SetPinOptions extends CallOptions {
  /** The one that the car asks for now. */
  readonly oldPin?: GivenPin;
}

/** Sends one command and waits for its answer; several of one call come over the same link. */
export type Ask = (command: Command, deadline: Deadline) => Promise<Result>;

/** What fits the uint32 of the wire format; the car says whether there is such a slot. */
const SLOT = needed(whole(0, 2 ** 32 - 1));

/** @throws PhoneKeyError `usage.invalid` for what is neither a slot nor `own` */
export const checkSlot = (slot: number | 'own'): void => {
  if (slot !== 'own') check('a slot', slot, SLOT);
};

/**
 * What a car can be told and asked, over a link that is there (`CarConnection`) or with one for each call
 * (`Remote`). Every command throws PhoneKeyError: `car.not-recognised`, `car.not-permitted`, `car.refused`,
 * `car.outcome-unknown`, `car.silent`, `car.too-late` (nothing was done), `radio.link-lost`, `protocol.*`,
 * `interrupted`.
 */
export abstract class CarCommands<Options extends CallOptions> {
  /** @internal Does the work of one call, which ends at one deadline. */
  protected abstract call<T>(
    options: Options | undefined,
    work: (link: { readonly command: Ask }, deadline: Deadline) => Promise<T>,
  ): Promise<T>;

  /** As `call`, and rejects with PhoneKeyError alone. */
  #perform<T>(
    options: Options | undefined,
    work: (link: { readonly command: Ask }, deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    return bounded(() => this.call(options, work));
  }

  /** Unlocks the doors. */
  unlock(options?: Options): Promise<void> {
    return this.#act({ type: 'unlock' }, options);
  }

  /** Locks the car; refused while a door is open. */
  lock(options?: Options): Promise<void> {
    return this.#act({ type: 'lock' }, options);
  }

  /** Authorises driving for two minutes. */
  start(options?: Options & StartOptions): Promise<void> {
    return this.#withPin(options, options?.pin, (pin) => ({ type: 'start', ...pin }));
  }

  /** Opens the trunk. */
  trunk(options?: Options): Promise<void> {
    return this.#act({ type: 'trunk' }, options);
  }

  /** Opens the front trunk. */
  frunk(options?: Options): Promise<void> {
    return this.#act({ type: 'frunk' }, options);
  }

  /** What the car says of itself. */
  async status(options?: Options): Promise<CarStatus> {
    const { outcome, clockLost } = await this.#ask({ type: 'status' }, options);
    if (outcome.type !== 'status') throw unexpected(outcome);
    return { ...outcome.status, clockLost };
  }

  /** For owners: the keys that the car knows. */
  async listKeys(options?: Options): Promise<KeyEntry[]> {
    const { outcome } = await this.#ask({ type: 'listKeys' }, options);
    if (outcome.type !== 'keys') throw unexpected(outcome);
    return [...outcome.keys];
  }

  /**
   * Takes a key away: any but the last owner's for owners, their own for all others.
   * @param slot of the key, from `listKeys`; `own`: that of this phone
   */
  async removeKey(slot: number | 'own', options?: Options): Promise<void> {
    checkSlot(slot);
    if (slot === 'own') return this.#act({ type: 'removeKey' }, options);
    return this.#act({ type: 'removeKey', slot }, options);
  }

  /**
   * For owners: from now on the car asks for this PIN to start. Where it asks for one already, that is needed.
   * @param pin 4 to 8 digits; empty: none any more
   */
  async setPin(pin: string, options?: Options & SetPinOptions): Promise<void> {
    const checked = pin === '' ? pin : checkPin(pin);
    await this.#withPin(options, options?.oldPin, (old) => ({
      type: 'setPin',
      pin: checked,
      ...(old.pin !== undefined && { oldPin: old.pin }),
    }));
  }

  /** For owners: every key but the owners' is gone, and every grant of before is worth nothing. */
  raiseEpoch(options?: Options): Promise<void> {
    return this.#act({ type: 'raiseEpoch' }, options);
  }

  /** A PIN that a function gives is that of a person, who types it from then on. */
  #withPin(
    options: Options | undefined,
    given: GivenPin,
    command: (typed: { readonly pin?: string }) => Command,
  ): Promise<void> {
    return this.#perform(options, async (link, deadline) => {
      if (typeof given !== 'string') check('pin', given, callback);
      const ask = (pin?: string): Promise<Result> =>
        link.command(command(pin === undefined ? {} : { pin: checkPin(pin) }), deadline);
      const result = await ask(typeof given === 'function' ? undefined : given);
      if (typeof given !== 'function' || !isRefusal(result.outcome, 'pin-needed')) {
        expectDone(result);
        return;
      }
      const typed = await calledBack(given);
      deadline.askedNow();
      expectDone(await ask(typed));
    });
  }

  async #act(command: Command, options: Options | undefined): Promise<void> {
    expectDone(await this.#ask(command, options));
  }

  #ask(command: Command, options: Options | undefined): Promise<Result> {
    return this.#perform(options, (link, deadline) => link.command(command, deadline));
  }
}

const COMMAND = needed(having('a command'));

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
  /**
   * Resolves when the link is down, and never rejects: `local` after `close`, or after a command that got no
   * answer; `remote` where the car ended it; `lost` where it broke, as when one goes away.
   */
  readonly closed: Promise<LinkCloseReason>;
  #car: PairedCar;
  #clockLost = false;
  #last: CarConnection['last'];
  #turn: Promise<unknown> = Promise.resolve();

  /** @internal */
  constructor(
    environment: PhoneEnvironment,
    car: PairedCar,
    { link, closed }: WatchedLink,
    session: CarSession,
  ) {
    super();
    this.#car = car;
    this.#environment = environment;
    this.#link = link;
    this.closed = closed;
    this.#session = session;
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
    const result = await this.#session.ask(command, deadline);
    const { outcome } = result;
    this.#clockLost = result.clockLost;
    if (outcome.type === 'refused' && command.type !== 'deliver')
      this.#last = { command: command.type, refusal: outcome.refusal };
    this.#car = await reconcile(this.#environment, this.#car, this.#link.attHandle, result);
    return result;
  }
}

const checkPin = (pin: string): string => {
  check('a PIN', pin, text);
  if (/^\d{4,8}$/.test(pin)) return pin;
  throw new PhoneKeyError('usage.invalid', 'a PIN has 4 to 8 digits');
};

/**
 * For commands that act: an answer that is neither yes nor no leaves open whether the car did it.
 * @throws PhoneKeyError `car.not-permitted`, `car.refused`, `protocol.malformed`
 */
const expectDone = ({ outcome }: Result): void => {
  if (outcome.type !== 'done') throw unexpected(outcome, true);
};

const unexpected = (outcome: Outcome, mayHaveSucceeded = false): PhoneKeyError =>
  outcome.type === 'refused'
    ? refusalError(outcome.refusal)
    : new PhoneKeyError('protocol.malformed', 'the car answered something other than was asked', {
        mayHaveSucceeded,
      });

import type { Command, CommandName } from '../domain/commands.js';
import { isRefusal } from '../domain/outcomes.js';
import type { CarStatus, KeyEntry, Outcome, Result } from '../domain/outcomes.js';
import { refusalError } from '../domain/refusals.js';
import { PhoneKeyError } from '../errors.js';
import { callback, check, needed, text, whole } from '../platform/check.js';
import { bounded, calledBack } from './boundary.js';
import type { CallOptions, Deadline } from './deadline.js';

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
  /**
   * @internal Does the work of one call, which ends at one deadline.
   * @param anyWay it may go over another way than Bluetooth, and over two at once
   */
  protected abstract call<T>(
    options: Options | undefined,
    work: (link: { readonly command: Ask }, deadline: Deadline) => Promise<T>,
    anyWay?: boolean,
  ): Promise<T>;

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
    return bounded(() =>
      this.#withPin(options, options?.pin, (pin) => ({ type: 'start', ...pin })),
    );
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
  setPin(pin: string, options?: Options & SetPinOptions): Promise<void> {
    return bounded(() => {
      const checked = pin === '' ? pin : checkPin(pin);
      return this.#withPin(options, options?.oldPin, (old) => ({
        type: 'setPin',
        pin: checked,
        ...(old.pin !== undefined && { oldPin: old.pin }),
      }));
    });
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
    if (typeof given === 'string') checkPin(given);
    else check('pin', given, callback);
    const work = async (link: { readonly command: Ask }, deadline: Deadline): Promise<void> => {
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
    };
    return this.call(options, work, ANY_WAY.has(command({}).type));
  }

  async #act(command: Command, options: Options | undefined): Promise<void> {
    expectDone(await this.#ask(command, options));
  }

  #ask(command: Command, options: Options | undefined): Promise<Result> {
    return bounded(() =>
      this.call(
        options,
        (link, deadline) => link.command(command, deadline),
        ANY_WAY.has(command.type),
      ),
    );
  }
}

/** What goes through the cloud as well. */
const ANY_WAY: ReadonlySet<CommandName> = new Set([
  'unlock',
  'lock',
  'start',
  'trunk',
  'frunk',
  'status',
]);

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

import { PhoneKeyError } from '../errors.js';
import { checkOptions, duration, signal } from '../platform/check.js';
import type { Cancel, Clock } from '../platform/clock.js';

/** How long a call may take, and how it is called off. */
export interface CallOptions {
  /** In milliseconds, 0 or more, from the call to its end (default 15,000); Infinity: as long as it takes. */
  readonly timeoutMs?: number;
  /** Aborting rejects with `interrupted`, its cause the reason, and closes what was opened. */
  readonly signal?: AbortSignal;
}

/** What is not done by then is not done any more: a wish stands 10 s, and a car acts within 5 s after that. */
export const DEFAULT_TIMEOUT_MS = 15_000;

/** How long after a person asked a command that acts may be sent, in milliseconds (docs/PROTOCOL.md, section 5). */
export const WISH_MS = 10_000;

/**
 * The time left of a call, and its abort signal, handed from step to step: the options of each. It knows when
 * the person asked.
 */
export class Deadline implements CallOptions {
  readonly signal: AbortSignal;
  readonly #clock: Clock;
  readonly #endsAt: number;
  #askedAt: number;

  /** Of a call that is part of another one, the deadline of that. @throws PhoneKeyError `usage.invalid` */
  static of(clock: Clock, options: CallOptions = {}): Deadline {
    if (options instanceof Deadline) return options;
    checkOptions(options, { timeoutMs: duration, signal });
    return new Deadline(clock, options);
  }

  constructor(clock: Clock, options: CallOptions, askedAt = clock.now()) {
    this.#clock = clock;
    this.#askedAt = askedAt;
    this.#endsAt = clock.now() + (options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    this.signal = options.signal ?? new AbortController().signal;
  }

  /** What is left, in milliseconds: as an option of the next step. */
  get timeoutMs(): number {
    return Math.max(0, this.#endsAt - this.#clock.now());
  }

  /** As this one, but no longer than so many milliseconds from now. */
  within(timeoutMs: number): Deadline {
    const options = { timeoutMs: Math.min(timeoutMs, this.timeoutMs), signal: this.signal };
    return new Deadline(this.#clock, options, this.#askedAt);
  }

  /** As this one, but it is called off by that signal, too. */
  unless(signal: AbortSignal): Deadline {
    const options = { timeoutMs: this.timeoutMs, signal: AbortSignal.any([this.signal, signal]) };
    return new Deadline(this.#clock, options, this.#askedAt);
  }

  /** Somebody asks now for what comes next: a PIN was typed. */
  askedNow(): void {
    this.#askedAt = this.#clock.now();
  }

  /**
   * There is a link to the car. Who gave more time than the default wants the car waited for: that is asked for
   * only now, but still so that nothing is done after that time.
   */
  reached(): void {
    const latest = Math.min(this.#clock.now(), this.#endsAt - DEFAULT_TIMEOUT_MS);
    this.#askedAt = Math.max(this.#askedAt, latest);
  }

  /**
   * Before each time that a command that acts is sent.
   * @throws PhoneKeyError `car.too-late`
   */
  checkWish(): void {
    if (this.wishMs <= 0) throw droppedWish();
  }

  /** Settles as that does which a command that acts has to wait for. @throws PhoneKeyError `car.too-late` */
  raceWish<T>(work: () => Promise<T>): Promise<T> {
    this.checkWish();
    return this.within(this.wishMs).race(work(), droppedWish);
  }

  /** For how long a command that acts may be sent yet, in milliseconds. */
  get wishMs(): number {
    return wishMsLeft(this.#askedAt, this.#clock.now());
  }

  /** @throws PhoneKeyError `interrupted` */
  check(): void {
    if (this.signal.aborted) throw this.#interrupted();
  }

  #interrupted(): PhoneKeyError {
    return new PhoneKeyError('interrupted', 'interrupted', { cause: this.signal.reason });
  }

  /** Settles as `work` does, unless the time is over or the call is aborted first. */
  async race<T>(work: Promise<T>, onTimeout: () => PhoneKeyError): Promise<T> {
    work.catch(() => undefined); // nobody may be there to hear it
    this.check();
    let cancel: Cancel = () => undefined;
    const over = new AbortController();
    const ended = new Promise<never>((_, reject) => {
      const onAbort = (): void => {
        reject(this.#interrupted());
      };
      this.signal.addEventListener('abort', onAbort, { signal: over.signal });
      cancel = this.#clock.after(this.timeoutMs, () => {
        reject(onTimeout());
      });
    });
    try {
      return await Promise.race([work, ended]);
    } finally {
      cancel();
      over.abort();
    }
  }
}

/** By when the person asked. */
export const wishMsLeft = (askedAt: number, now: number): number => askedAt + WISH_MS - now;

export const droppedWish = (): PhoneKeyError =>
  new PhoneKeyError('car.too-late', 'the command waited for 10 s, and is not sent any more');

import { PhoneKeyError } from '../errors.js';
import type { Cancel, Clock } from '../platform/clock.js';

/** How long a call may take, and how it is called off. */
export interface CallOptions {
  /** In milliseconds, from the call to its end (default 15,000). */
  readonly timeoutMs?: number;
  /** Aborting rejects with `interrupted`, and closes what was opened. */
  readonly signal?: AbortSignal;
}

export const DEFAULT_TIMEOUT_MS = 15_000;

/** The time left of a call, and its abort signal, handed from step to step: the options of each. */
export class Deadline implements CallOptions {
  readonly signal: AbortSignal;
  readonly #clock: Clock;
  readonly #endsAt: number;

  /** Of a call that is part of another one, the deadline of that. */
  static of(clock: Clock, options: CallOptions = {}): Deadline {
    return options instanceof Deadline ? options : new Deadline(clock, options);
  }

  constructor(clock: Clock, options: CallOptions) {
    this.#clock = clock;
    this.#endsAt = clock.now() + (options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    this.signal = options.signal ?? new AbortController().signal;
  }

  /** What is left, in milliseconds: as an option of the next step. */
  get timeoutMs(): number {
    return Math.max(0, this.#endsAt - this.#clock.now());
  }

  /** As this one, but no longer than so many milliseconds from now. */
  within(timeoutMs: number): Deadline {
    return new Deadline(this.#clock, {
      timeoutMs: Math.min(timeoutMs, this.timeoutMs),
      signal: this.signal,
    });
  }

  /** @throws PhoneKeyError `interrupted` */
  check(): void {
    if (this.signal.aborted) throw new PhoneKeyError('interrupted', 'interrupted');
  }

  /** Settles as `work` does, unless the time is over or the call is aborted first. */
  async race<T>(work: Promise<T>, onTimeout: () => PhoneKeyError): Promise<T> {
    work.catch(() => undefined); // nobody may be there to hear it
    this.check();
    let cancel: Cancel = () => undefined;
    const over = new AbortController();
    const ended = new Promise<never>((_, reject) => {
      const onAbort = (): void => {
        reject(new PhoneKeyError('interrupted', 'interrupted'));
      };
      this.signal.addEventListener('abort', onAbort, { once: true, signal: over.signal });
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

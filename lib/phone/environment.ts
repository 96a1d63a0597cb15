import type { FormFactor } from '../domain/form-factors.js';
import { defaultSuite } from '../crypto/index.js';
import type { Suite } from '../crypto/suite.js';
import { PhoneKeyError } from '../errors.js';
import { systemClock, systemWallTime } from '../platform/clock.js';
import type { Clock } from '../platform/clock.js';
import { silentLogger } from '../platform/logger.js';
import type { KeyLog, Logger } from '../platform/logger.js';
import { systemRandom } from '../platform/random.js';
import type { Random } from '../platform/random.js';
import type { Central } from '../radio/types.js';
import type { Trace } from '../link/message-link.js';
import { chosenName } from './naming.js';
import type { CarStore } from './store.js';

export interface KeyRingOptions {
  readonly store: CarStore;
  readonly suite?: Suite;
  readonly random?: Random;
  /** Milliseconds since 1970: what grants and notices are dated with (default: the system's). */
  readonly wallTime?: () => number;
}

/** What the parts of a key ring share. */
export type RingEnvironment = Required<KeyRingOptions>;

/** What was given, and the defaults of the rest. */
export const ringEnvironment = ({
  store,
  suite = defaultSuite,
  random = systemRandom,
  wallTime = systemWallTime,
}: KeyRingOptions): RingEnvironment => ({ store, suite, random, wallTime });

export interface PhoneKeyOptions extends KeyRingOptions {
  readonly central: Central;
  /** What the car's owner sees in the list of keys; 1 to 32 bytes of UTF-8 (default `phone`). */
  readonly name?: string | undefined;
  /** What kind of thing this is, for the same list (default `phone`). */
  readonly formFactor?: FormFactor | undefined;
  readonly clock?: Clock;
  readonly log?: Logger;
  /** Sees every message that goes over the air, without any key. */
  readonly trace?: Trace | undefined;
  readonly keyLog?: KeyLog | undefined;
}

/** What the parts of a phone share. */
export type PhoneEnvironment = PhoneKeyOptions &
  NoneUndefined<Omit<PhoneKeyOptions, 'trace' | 'keyLog'>>;

type NoneUndefined<T> = { [K in keyof T]-?: Exclude<T[K], undefined> };

/** As `ringEnvironment`. @throws PhoneKeyError `usage.invalid` for an impossible name */
export const phoneEnvironment = (options: PhoneKeyOptions): PhoneEnvironment => ({
  ...options,
  ...ringEnvironment(options),
  clock: options.clock ?? systemClock,
  name: chosenName('a phone', options.name ?? 'phone'),
  formFactor: options.formFactor ?? 'phone',
  log: options.log ?? silentLogger,
});

/** Seconds since 1970, now. */
export const wallSeconds = ({ wallTime }: Pick<PhoneEnvironment, 'wallTime'>): number =>
  Math.floor(wallTime() / 1000);

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

  get leftMs(): number {
    return Math.max(0, this.#endsAt - this.#clock.now());
  }

  /** The same, as an option of the next step. */
  get timeoutMs(): number {
    return this.leftMs;
  }

  /** As this one, but no longer than so many milliseconds from now. */
  within(timeoutMs: number): Deadline {
    return new Deadline(this.#clock, {
      timeoutMs: Math.min(timeoutMs, this.leftMs),
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
    let cleanUp: () => void = () => undefined;
    const ended = new Promise<never>((_, reject) => {
      const onAbort = (): void => {
        reject(new PhoneKeyError('interrupted', 'interrupted'));
      };
      this.signal.addEventListener('abort', onAbort, { once: true });
      const cancel = this.#clock.after(this.leftMs, () => {
        reject(onTimeout());
      });
      cleanUp = () => {
        cancel();
        this.signal.removeEventListener('abort', onAbort);
      };
    });
    try {
      return await Promise.race([work, ended]);
    } finally {
      cleanUp();
    }
  }
}

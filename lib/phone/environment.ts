import type { FormFactor } from '../domain/form-factors.js';
import { defaultSuite } from '../crypto/index.js';
import type { Suite } from '../crypto/suite.js';
import type { Trace } from '../link/message-link.js';
import { systemClock, systemWallTime } from '../platform/clock.js';
import type { Clock } from '../platform/clock.js';
import { silentLogger } from '../platform/logger.js';
import type { KeyLog, Logger } from '../platform/logger.js';
import { systemRandom } from '../platform/random.js';
import type { Random } from '../platform/random.js';
import type { Central } from '../radio/types.js';
import type { PhoneDialect } from './dialect.js';
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
  /** What it speaks with cars (default: the native dialect). */
  readonly dialects?: readonly PhoneDialect[];
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

/**
 * As `ringEnvironment`.
 * @param dialects where none were given
 * @throws PhoneKeyError `usage.invalid` for an impossible name
 */
export const phoneEnvironment = (
  options: PhoneKeyOptions,
  dialects: readonly PhoneDialect[],
): PhoneEnvironment => ({
  dialects,
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

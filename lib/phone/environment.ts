import { defaultSuite } from '../crypto/index.js';
import type { Suite } from '../crypto/suite.js';
import { systemClock, systemWallTime } from '../platform/clock.js';
import { silentLogger } from '../platform/logger.js';
import type { Logger } from '../platform/logger.js';
import type { Optional } from '../platform/optional.js';
import { systemRandom } from '../platform/random.js';
import type { Random } from '../platform/random.js';
import type { Central } from '../radio/types.js';
import type { DialectEnvironment, PhoneDialect } from './dialect.js';
import { chosenName } from './store.js';
import type { CarStore } from './store.js';

export interface KeyRingOptions {
  readonly store: CarStore;
  readonly suite?: Suite;
  readonly random?: Random;
  /** Milliseconds since 1970: the time of grants and revocation lists (default: the system's). */
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

/** What the parts of a phone share. */
export interface PhoneEnvironment extends RingEnvironment, DialectEnvironment {
  readonly central: Central;
  /** What it speaks with cars. */
  readonly dialects: readonly PhoneDialect[];
  readonly log: Logger;
}

/** By default it speaks the native dialect, is called `phone`, and is one. */
export interface PhoneKeyOptions
  extends KeyRingOptions, Optional<Omit<PhoneEnvironment, keyof RingEnvironment | 'central'>> {
  readonly central: Central;
}

/**
 * As `ringEnvironment`.
 * @param dialects where none were given
 * @throws PhoneKeyError `usage.invalid` for an impossible name
 */
export const phoneEnvironment = (
  options: PhoneKeyOptions,
  dialects: readonly PhoneDialect[],
): PhoneEnvironment => ({
  ...options,
  ...ringEnvironment(options),
  dialects: options.dialects ?? dialects,
  clock: options.clock ?? systemClock,
  name: chosenName('a phone', options.name ?? 'phone'),
  formFactor: options.formFactor ?? 'phone',
  log: options.log ?? silentLogger,
});

/** Seconds since 1970, now. */
export const wallSeconds = ({ wallTime }: Pick<PhoneEnvironment, 'wallTime'>): number =>
  Math.floor(wallTime() / 1000);

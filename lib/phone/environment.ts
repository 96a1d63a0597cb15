import type { EntryKind } from '../credentials/revocation-list.js';
import { defaultSuite } from '../crypto/index.js';
import type { Suite } from '../crypto/suite.js';
import * as rule from '../platform/check.js';
import { check, checkOptions } from '../platform/check.js';
import { systemClock, systemWallTime } from '../platform/clock.js';
import type { Clock } from '../platform/clock.js';
import { FORM_FACTORS } from '../domain/names.js';
import { silentLogger } from '../platform/logger.js';
import type { Logger } from '../platform/logger.js';
import type { Optional } from '../platform/optional.js';
import { systemRandom } from '../platform/random.js';
import type { Random } from '../platform/random.js';
import type { Central } from '../radio/types.js';
import type { DialectEnvironment, PhoneDialect } from './dialect.js';
import { guardedCentral, guardedCloud, guardedStore } from './boundary.js';
import { chosenName } from './store.js';
import type { CarStore } from './store.js';

/** What a ring of keys works with; what is left out is the system's. */
export interface KeyRingOptions {
  /** Where the keys are kept. */
  readonly store: CarStore;
  /** The cryptography (default: `defaultSuite`). */
  readonly suite?: Suite;
  /** Keys come from it (default: the system's). Another one is for tests alone. */
  readonly random?: Random;
  /** Milliseconds since 1970: the time of grants and revocation lists (default: the system's). */
  readonly wallTime?: () => number;
  /** For what has to wait a moment before it can be signed (default: the system's). */
  readonly clock?: Clock;
}

/** What the parts of a key ring share. */
export type RingEnvironment = Required<KeyRingOptions>;

/**
 * What was given, and the defaults of the rest.
 * @throws PhoneKeyError `usage.invalid`
 */
export const ringEnvironment = ({
  store,
  suite = defaultSuite,
  random = systemRandom,
  wallTime = systemWallTime,
  clock = systemClock,
}: KeyRingOptions): RingEnvironment => {
  checkOptions(
    { suite, random, wallTime, clock },
    {
      suite: rule.having('a suite', 'x25519KeyPair'),
      random: rule.callback,
      wallTime: rule.callback,
      clock: rule.clock,
    },
  );
  // One that is out of order is found before anything was done by it.
  const times = { 'what wallTime gives': wallTime(), 'what clock.now gives': clock.now() };
  for (const [what, time] of Object.entries(times)) check(what, time, rule.needed(rule.number()));
  return { store: guardedStore(store), suite, random, wallTime, clock };
};

/** What the parts of a phone share. */
export interface PhoneEnvironment extends RingEnvironment, DialectEnvironment {
  /** The radio. */
  readonly central: Central;
  /** The other way to the car: through the cloud (`phonekey/cloud`). It is closed with the phone. */
  readonly cloud?: Central | undefined;
  /** What it speaks with cars. */
  readonly dialects: readonly PhoneDialect[];
  /** Is told what is done and what went wrong, and never a secret (default: nobody). */
  readonly log: Logger;
  /**
   * Asked before this owner's list is made one with what the car has by lists that this phone does not know, and
   * signed anew; default: it is. Where a command was done first there is no time to ask, and it waits for
   * `deliver`.
   */
  readonly confirmCatchUp?: ((catchUp: CatchUp) => boolean | Promise<boolean>) | undefined;
}

/** A car does not take this phone's list, and tells what it has. */
export interface CatchUp {
  /** Name of the car. */
  readonly car: string;
  /** Keys that it has as revoked or suspended, and this phone has not; fingerprints in hex. */
  readonly unknown: readonly { readonly fingerprint: string; readonly kind: EntryKind }[];
}

/** By default it speaks the native dialect, is called `phone`, and is one. */
export interface PhoneKeyOptions
  extends KeyRingOptions, Optional<Omit<PhoneEnvironment, keyof RingEnvironment | 'central'>> {
  /** The phone's radio; it is closed with the phone. */
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
): PhoneEnvironment => {
  checkOptions(options, {
    dialects: rule.listOf(rule.having('a dialect', 'recognise', 'open'), 1),
    formFactor: rule.oneOf(FORM_FACTORS),
    log: rule.having('a log', 'debug', 'info', 'warn'),
    trace: rule.callback,
    keyLog: rule.callback,
    confirmCatchUp: rule.callback,
  });
  return {
    ...options,
    ...ringEnvironment(options),
    central: guardedCentral(options.central),
    cloud: options.cloud === undefined ? undefined : guardedCloud(options.cloud),
    dialects: options.dialects ?? dialects,
    name: chosenName('a phone', options.name ?? 'phone'),
    formFactor: options.formFactor ?? 'phone',
    log: options.log ?? silentLogger,
  };
};

/** The same phone, which goes through its cloud. */
export const throughCloud = (environment: PhoneEnvironment): PhoneEnvironment => ({
  ...environment,
  central: environment.cloud ?? environment.central,
});

/** Whether its radio is the cloud. */
export const isThroughCloud = ({ central, cloud }: PhoneEnvironment): boolean => central === cloud;

/** Seconds since 1970, now. */
export const wallSeconds = ({ wallTime }: Pick<PhoneEnvironment, 'wallTime'>): number =>
  Math.floor(wallTime() / 1000);

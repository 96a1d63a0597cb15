import { MAX_TIME, TOLERANCE_SECONDS } from '../credentials/grant.js';
import type { SigningTerms } from '../domain/outcomes.js';
import { PhoneKeyError } from '../errors.js';
import { toHex } from '../platform/bytes.js';
import { pause } from '../platform/clock.js';
import { isOwner } from './choose.js';
import { wallSeconds } from './environment.js';
import type { PhoneEnvironment, RingEnvironment } from './environment.js';
import type { CarChange, PairedCar } from './store.js';

/** What a phone dates by what it signs: the car's clock, as far as the car has told. Times are seconds since 1970. */

/** How long the car's clock is waited for, in milliseconds. */
const MOST_WAIT_MS = 5_000;
/** Of two differences that were measured no more than this apart, in seconds, one is as good as the other. */
const ROUNDING_SECONDS = 1;

/** What the car's clock shows now. */
export const carSeconds = (
  environment: Pick<PhoneEnvironment, 'wallTime'>,
  { clockOffset = 0 }: PairedCar,
): number => Math.min(MAX_TIME, Math.max(0, wallSeconds(environment) + clockOffset));

/** The last second of which nothing that this owner signed counts, by the car's word or its own. */
export const voidUntil = ({ floor = 0, revocationList }: PairedCar): number =>
  Math.max(floor, revocationList?.floor ?? 0);

/** Now, or the first second in which the car believes what this owner signs. */
export const signingSeconds = (
  environment: Pick<PhoneEnvironment, 'wallTime'>,
  car: PairedCar,
): number => Math.max(carSeconds(environment, car), Math.max(car.mark ?? 0, voidUntil(car)) + 1);

/**
 * What an owner's phone learns from a result. In a new epoch nothing counts that it signed before: what it
 * granted is forgotten, and its list begins anew; but while the car has not had the last list, that keeps what
 * may be about owners, of whom the car forgets nothing either.
 * @param seconds by this phone's clock, when the result came
 * @returns the same object where it tells nothing new
 */
export const learned = (car: PairedCar, terms: SigningTerms, seconds: number): PairedCar => {
  const { epoch, time, mark, floor } = terms;
  // Whose pairing is unconfirmed may be an owner's without knowing it.
  if (!(isOwner(car) || car.unconfirmed === true) || epoch < (car.epoch ?? 0)) return car;
  if (epoch > (car.epoch ?? 0)) return learned(begunAnew(car, epoch), terms, seconds);
  const offset = time === 0 ? car.clockOffset : time - seconds;
  const isNews = Math.abs((offset ?? 0) - (car.clockOffset ?? Infinity)) > ROUNDING_SECONDS;
  const clockOffset = offset !== undefined && isNews ? { clockOffset: offset } : {};
  const later = {
    ...(mark > (car.mark ?? 0) ? { mark } : {}),
    ...(floor > (car.floor ?? 0) ? { floor } : {}),
  };
  const news = { ...clockOffset, ...later };
  return Object.keys(news).length === 0 ? car : { ...car, ...news };
};

const begunAnew = (car: PairedCar, epoch: number): PairedCar => {
  const {
    clockOffset: _c,
    mark: _m,
    floor: _f,
    shared,
    revocationList,
    outbox = [],
    mail,
    ...before
  } = car;
  const { grants: _g, ...kept } = mail ?? {};
  const rest = { ...before, ...(mail && { mail: kept }) };
  const granted = new Set(shared?.map(({ fingerprint }) => fingerprint));
  const waiting = outbox.some(({ own }) => own);
  const entries =
    revocationList?.entries.filter(
      ({ fingerprint }) => waiting && !granted.has(toHex(fingerprint)),
    ) ?? [];
  if (entries.length === 0) {
    const others = outbox.filter(({ own }) => !own);
    return { ...rest, epoch, ...(others.length === 0 ? {} : { outbox: others }) };
  }
  const begun = { number: 0, issuedAt: 0, floor: 0, entries };
  return { ...rest, epoch, revocationList: begun, outbox };
};

/**
 * Refuses to sign by a clock of which nobody can say whether it is right: what a person calls an hour from now
 * would be another one at the car.
 * @throws PhoneKeyError `clock.differs`
 */
export const checkClocks = (car: PairedCar): void => {
  const { name, clockOffset = 0 } = car;
  const apart = Math.abs(clockOffset);
  if (apart <= TOLERANCE_SECONDS) return;
  throw new PhoneKeyError(
    'clock.differs',
    `the clock of ${name} is ${span(apart)} ${clockOffset > 0 ? 'ahead of' : 'behind'} that of this phone`,
  );
};

/**
 * Changes an entry by something that is signed, unless it would be dated further ahead of the car's clock than
 * the car allows: where that is a matter of seconds, it waits.
 * @param dateOf when it is to be dated, by an entry as it is now
 * @throws PhoneKeyError `clock.ahead`, and what `change` throws
 */
export const signDated = async <T>(
  environment: RingEnvironment,
  name: string,
  dateOf: (car: PairedCar) => number,
  change: (car: PairedCar, date: number) => CarChange<T>,
): Promise<T> => {
  const { clock, store } = environment;
  const endsAt = clock.now() + MOST_WAIT_MS;
  for (;;) {
    const done = await store.update<{ readonly value: T } | number>(name, (car) => {
      const date = dateOf(car);
      const early = date - TOLERANCE_SECONDS - carSeconds(environment, car);
      if (early > 0) return { car, value: early };
      const { car: changed, value } = change(car, date);
      return { car: changed, value: { value } };
    });
    if (typeof done === 'object') return done.value;
    if (clock.now() + done * 1000 > endsAt) throw ahead(done);
    await pause(clock, done * 1000);
  }
};

const ahead = (seconds: number): PhoneKeyError =>
  new PhoneKeyError(
    'clock.ahead',
    'the car would not take it yet: it has seen a later time of this key or this owner',
    {
      hint: `Try again in ${span(seconds)}, or give it to a fresh key of the other phone.`,
    },
  );

/** `55 min`, rounded up. */
const span = (seconds: number): string => {
  const [size, unit] = UNITS.find(([least]) => seconds >= 2 * least) ?? [1, 's'];
  return `${String(Math.ceil(seconds / size))} ${unit}`;
};

const UNITS = [
  [86_400, 'days'],
  [3_600, 'h'],
  [60, 'min'],
] as const;

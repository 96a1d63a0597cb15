import { PhoneKeyError } from '../errors.js';
import { failedBy } from './attempt.js';
import type { Tried } from './attempt.js';
import type { Way } from './ways.js';

/** Which way a call took, and why it did not end over the others that were to be taken. */
export interface WayReport {
  /** Null: it failed over all of them. */
  readonly via: Way | null;
  /** In the order in which they ended; no way that was not needed, or came second and was slower. */
  readonly notUsed: readonly { readonly via: Way; readonly error: PhoneKeyError }[];
}

type TriedWays<T> = ReadonlyMap<Way, Tried<T>>;

/**
 * @param order of which the first one began
 * @param barred why the cloud could not be asked at all
 */
export const reportOf = <T>(
  order: readonly Way[],
  by: Way | undefined,
  tried: TriedWays<T>,
  barred: Tried<never> | undefined,
): WayReport => {
  const all = [...tried, ...(barred ? [['cloud', barred] as const] : [])];
  return {
    via: by ?? null,
    notUsed: all.flatMap(([via, { failure: error, calledOff }]) => {
      const isNoNews = via === by || (calledOff === true && via !== order[0]);
      return isNoNews || !(error instanceof PhoneKeyError) ? [] : [{ via, error }];
    }),
  };
};

/** Where neither way got to the car: what still works then, from afar and near it. */
const STILL_WORKS =
  'Nothing was done. The key card and the fob work without this phone and without the cloud, and so does the phone of anybody near the car who has a key.';

/** How a call ends: by its way, or, where all failed, by what tells most. @param isOpen it may have been done all the same */
export const endOf = <T>(by: Way | undefined, tried: TriedWays<T>, isOpen: boolean): Tried<T> => {
  const how = (by && tried.get(by)) ?? weightiest([...tried.values()]);
  if (how === undefined) return failedBy(new PhoneKeyError('internal', 'no way was taken'));
  if (!(how.failure instanceof PhoneKeyError)) return how;
  if (isOpen && how.failure.code === 'car.outcome-unknown') return withOpen(how, how.failure);
  const [ble, cloud] = [tried.get('ble')?.failure, tried.get('cloud')?.failure];
  const isNowhere = by === undefined && weight(how) === 0;
  if (!isNowhere || !(ble instanceof PhoneKeyError) || !(cloud instanceof PhoneKeyError))
    return how;
  // The car was not reached, whatever is wrong with the cloud besides.
  const isAway = ble.code === 'car.not-found' || ble.code.startsWith('radio.');
  const cause = isAway && cloud.kind === 'unreachable' ? cloud : ble;
  const login = cloud.code === 'cloud.logged-out' ? ' Log in to the cloud again.' : '';
  return failedBy(
    new PhoneKeyError(cause.code, `${ble.message}; ${cloud.message}`, {
      cause,
      hint: `${STILL_WORKS}${login}`,
      temporary: ble.temporary || cloud.temporary,
      mayHaveSucceeded: false,
    }),
  );
};

/** It may have been done, and the next command is told of it. */
const withOpen = <T>(how: Tried<T>, { code, message, cause }: PhoneKeyError): Tried<T> => {
  const hint =
    'The command may have been carried out. Look at the car, or ask it. What is asked for next replaces it.';
  return { ...how, ...failedBy(new PhoneKeyError(code, message, { cause, hint })) };
};

/** What may have been done tells most, then what a car said, then that it could not be reached. */
const weight = ({ failure, car }: Tried<unknown>): number => {
  if (!(failure instanceof PhoneKeyError) || failure.mayHaveSucceeded) return 3;
  if (car === undefined) return 0;
  return failure.kind === 'unreachable' ? 1 : 2;
};

/** Of two that tell as much the first. */
const weightiest = <T>(tried: readonly Tried<T>[]): Tried<T> | undefined =>
  [...tried].sort((a, b) => weight(b) - weight(a))[0];

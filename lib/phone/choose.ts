import { PhoneKeyError } from '../errors.js';
import { unknownCar } from './store.js';
import type { CarStore, PairedCar } from './store.js';

/** Which car is meant. */
export interface CarChoice {
  /** Which car, by its name; needed where there are several. */
  readonly car?: string | undefined;
}

/**
 * The one car that is meant, where the nearest would not do: what is signed is for one car.
 * @throws PhoneKeyError `keys.not-paired`, `keys.unknown-car`, `usage.invalid` where there are several
 */
export const chooseCar = async (
  store: Pick<CarStore, 'list'>,
  name: string | undefined,
): Promise<PairedCar> => chosenFrom(await store.list(), name);

/** @throws as `chooseCar` */
export const chosenFrom = (cars: readonly PairedCar[], name: string | undefined): PairedCar => {
  const [only, ...others] = carsNamed(cars, name);
  if (only !== undefined && others.length === 0) return only;
  throw invalid('this phone knows several cars', 'Say which one, by its name.');
};

/** Of that name, or all of them without one. @throws PhoneKeyError `keys.not-paired`, `keys.unknown-car` */
export const carsNamed = (
  cars: readonly PairedCar[],
  name: string | undefined,
): readonly PairedCar[] => {
  if (cars.length === 0) throw new PhoneKeyError('keys.not-paired', 'no car is paired');
  if (name === undefined) return cars;
  const named = cars.filter((car) => car.name === name);
  if (named.length === 0) throw unknownCar(name);
  return named;
};

/** True where this phone's key was paired at the car as an owner's: its signature counts there. */
export const isOwner = ({ grant, role }: PairedCar): boolean =>
  grant === undefined && role === 'owner';

/** What a person asked for that cannot be. */
export const invalid = (message: string, hint?: string): PhoneKeyError =>
  new PhoneKeyError('usage.invalid', message, hint === undefined ? {} : { hint });

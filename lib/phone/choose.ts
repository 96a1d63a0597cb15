import { PhoneKeyError } from '../errors.js';
import type { PhoneEnvironment } from './environment.js';
import type { PairedCar } from './store.js';
import { unknownCar } from './store.js';

/**
 * The one car that is meant, where the nearest would not do: what is signed is for one car.
 * @throws PhoneKeyError `keys.not-paired`, `keys.unknown-car`, `usage.invalid` where there are several
 */
export const chooseCar = async (
  { store }: Pick<PhoneEnvironment, 'store'>,
  name: string | undefined,
): Promise<PairedCar> => {
  const cars = await store.list();
  const [only, ...others] = cars;
  if (only === undefined) throw new PhoneKeyError('keys.not-paired', 'no car is paired');
  if (name === undefined) {
    if (others.length === 0) return only;
    throw new PhoneKeyError('usage.invalid', 'this phone knows several cars', {
      hint: 'Say which one: --car NAME; list them with key cars.',
    });
  }
  const chosen = cars.find((car) => car.name === name);
  if (chosen === undefined) throw unknownCar(name);
  return chosen;
};

/** True where this phone's key was paired at the car as an owner's: its signature counts there. */
export const isOwner = ({ grant, role }: PairedCar): boolean =>
  grant === undefined && role === 'owner';

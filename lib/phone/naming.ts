import { checkName } from '../domain/names.js';
import { PhoneKeyError } from '../errors.js';
import type { CarStore, PairedCar } from './store.js';

/**
 * A name that a person chose: 1 to 32 bytes of UTF-8, no control characters.
 * @param what it is for: `a phone`
 * @throws PhoneKeyError `usage.invalid`
 */
export const chosenName = (what: string, name: string): string => {
  try {
    return checkName(name);
  } catch (cause) {
    throw new PhoneKeyError('usage.invalid', `not a name for ${what}`, {
      cause,
      hint: 'Choose a name of 1 to 32 bytes without control characters.',
    });
  }
};

/** Adds a car under this name, or with a number where it is taken. */
export const addUniquely = async (
  store: CarStore,
  name: string,
  car: Omit<PairedCar, 'name'>,
): Promise<PairedCar> => {
  for (let n = 1; ; n++) {
    const entry = { ...car, name: n === 1 ? name : `${name} ${String(n)}` };
    if (await store.add(entry)) return entry;
  }
};

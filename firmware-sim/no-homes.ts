import { PhoneKeyError } from '../lib/errors.js';
import type { CarHomes } from './homes.js';

const refuse = (): never => {
  throw new PhoneKeyError('usage.invalid', 'a car has a home on Node only');
};

/** `#car-homes` of package.json everywhere but on Node. */
export const carHomes: CarHomes = {
  check: refuse,
  lock: refuse,
  openMemory: refuse,
  serve: refuse,
};

import { PhoneKeyError } from '../lib/errors.js';
import type * as homes from './homes.js';

const refuse = (): never => {
  throw new PhoneKeyError('usage.invalid', 'a car has a home on Node only');
};

/** `#car-homes` of package.json everywhere but on Node. */
export const { controlPath, openControlDoor, lockHome, openHomeMemory }: typeof homes = {
  controlPath: refuse,
  openControlDoor: refuse,
  lockHome: refuse,
  openHomeMemory: refuse,
};

import { PhoneKeyError } from '../errors.js';

/** What a person asked for that cannot be. */
export const invalid = (message: string, hint?: string): PhoneKeyError =>
  new PhoneKeyError('usage.invalid', message, hint === undefined ? {} : { hint });

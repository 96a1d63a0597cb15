import { PhoneKeyError } from '../errors.js';
import { utf8 } from '../platform/bytes.js';

/** Of phones, keys and cars, in bytes of UTF-8. */
export const MOST_NAME_BYTES = 32;

/**
 * Names go to screens and terminals: 1 to 32 bytes of UTF-8, no control or formatting characters.
 * @throws PhoneKeyError `protocol.malformed`
 */
export const checkName = (name: string): string => {
  const { length } = utf8(name);
  if (length === 0 || length > MOST_NAME_BYTES) {
    throw malformed(`a name has 1 to ${String(MOST_NAME_BYTES)} bytes, not ${String(length)}`);
  }
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(name))
    throw malformed('a name has no control characters');
  return name;
};

const malformed = (message: string): PhoneKeyError =>
  new PhoneKeyError('protocol.malformed', message);

export const FORM_FACTORS = ['phone', 'watch', 'tablet', 'computer', 'fob', 'card'] as const;

/** What kind of thing has a key. It is said by that thing, stands in lists, and gives no right. */
export type FormFactor = (typeof FORM_FACTORS)[number];

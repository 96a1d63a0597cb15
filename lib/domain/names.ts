import { PhoneKeyError } from '../errors.js';
import { utf8 } from '../platform/bytes.js';

/** Of phones, keys and cars, in bytes of UTF-8. */
export const MOST_NAME_BYTES = 32;

/**
 * Names go to screens and terminals: 1 to 32 bytes of UTF-8, no control or formatting characters.
 * @throws PhoneKeyError `protocol.malformed`
 */
export const checkName = (name: string): string => {
  const wrong = whatIsWrong(name);
  if (wrong !== undefined) throw new PhoneKeyError('protocol.malformed', wrong);
  return name;
};

/** Undefined for one that `checkName` does not take. */
export const goodName = (name: string): string | undefined =>
  whatIsWrong(name) === undefined ? name : undefined;

/** A sentence, or undefined when it is in order. */
const whatIsWrong = (name: string): string | undefined => {
  const { length } = utf8(name);
  if (length === 0 || length > MOST_NAME_BYTES) {
    return `a name has 1 to ${String(MOST_NAME_BYTES)} bytes, not ${String(length)}`;
  }
  return /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(name)
    ? 'a name has no control characters'
    : undefined;
};

/** Every FormFactor. */
export const FORM_FACTORS = ['phone', 'watch', 'tablet', 'computer', 'fob', 'card'] as const;

/** What kind of thing has a key. It is said by that thing, stands in lists, and gives no right. */
export type FormFactor = (typeof FORM_FACTORS)[number];

import type { Random } from '../platform/random.js';
import { PhoneKeyError } from '../errors.js';
import { viewOf } from '../platform/bytes.js';

/** The 8-digit code on the car's screen, as text; what SPAKE2+ makes of it is in lib/native/pairing. */

const DIGITS = 8;
const CODES = 10 ** DIGITS;

/** A fresh code, every one of the 10^8 equally likely. */
export const newPairingCode = (random: Random): string => {
  const limit = 2 ** 32 - (2 ** 32 % CODES);
  for (;;) {
    const value = viewOf(random(4)).getUint32(0);
    if (value < limit) return String(value % CODES).padStart(DIGITS, '0');
  }
};

const URI = 'phonekey:pair/';

/** As the car's screen shows it to cameras: `phonekey:pair/12345678`. As secret as the code. */
export const pairingUri = (code: string): string => `${URI}${code}`;

/**
 * The digits of a code as a person types it: spaces and dashes between them are allowed. Or as a camera
 * reads it: the URI.
 * @throws PhoneKeyError `usage.invalid`
 */
export const parsePairingCode = (text: string): string => {
  const typed = text.trim();
  const code = typed.startsWith(URI) ? typed.slice(URI.length) : typed.replace(/[\s-]/g, '');
  if (!/^\d{8}$/.test(code)) {
    throw new PhoneKeyError('usage.invalid', 'a pairing code has 8 digits', {
      hint: "Read the code on the car's screen.",
    });
  }
  return code;
};

/** As the car's screen shows it: two groups of four. */
export const formatPairingCode = (code: string): string => `${code.slice(0, 4)} ${code.slice(4)}`;

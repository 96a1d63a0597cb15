import { defaultSuite } from '../crypto/index.js';
import type { Suite } from '../crypto/suite.js';
import type { Random } from '../platform/random.js';
import { PhoneKeyError } from '../errors.js';
import { utf8 } from '../platform/bytes.js';
import { deriveSecrets, register } from './spake2plus.js';

/** The 8-digit code on the car's screen, and what SPAKE2+ makes of it. */

const DIGITS = 8;
const CODES = 10 ** DIGITS;

/** Names of the two ends in SPAKE2+ (RFC 9383, section 3.2). */
export const ID_PROVER: Uint8Array = utf8('phonekey phone');
export const ID_VERIFIER: Uint8Array = utf8('phonekey car');

/** A fresh code, every one of the 10^8 equally likely. */
export const newPairingCode = (random: Random): string => {
  const limit = 2 ** 32 - (2 ** 32 % CODES);
  for (;;) {
    const bytes = random(4);
    const value = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
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
      hint: "Read the code on the car's screen: key car screen.",
    });
  }
  return code;
};

/** As the car's screen shows it: two groups of four. */
export const formatPairingCode = (code: string): string => `${code.slice(0, 4)} ${code.slice(4)}`;

/** The prover's secrets, 32 bytes each. Takes tens of milliseconds: the derivation is slow on purpose. */
export const pairingSecrets = (
  code: string,
  suite: Suite = defaultSuite,
): { w0: Uint8Array; w1: Uint8Array } =>
  deriveSecrets(utf8(parsePairingCode(code)), ID_PROVER, ID_VERIFIER, suite);

/** The verifier's record: w0 (32 bytes) and L (65 bytes). Slow, like `pairingSecrets`. */
export const pairingRegistration = (
  code: string,
  suite: Suite = defaultSuite,
): { w0: Uint8Array; L: Uint8Array } => register(pairingSecrets(code, suite));

import { fromHex, toHex } from '../../platform/bytes.js';
import type { KeyLog } from '../../platform/logger.js';
import type { OnSessionKeys, SessionKeys } from '../session/common.js';

/**
 * A key log is a text file in the manner of TLS's SSLKEYLOGFILE: a line for each session, its fields
 * separated by one space and in lower-case hex but for the label.
 *
 *     PHONEKEY_SESSION_1 challenge(32) transcript(64) identityKey(32) commandKey(32) toCarKey(32) fromCarKey(32)
 *
 * Lines with another label belong to others and are skipped; so are lines that are not whole.
 */

/** What every line begins with. */
export const SESSION_KEY_LABEL = 'PHONEKEY_SESSION_1';

/** In the order of the line, with their sizes in bytes. */
const FIELDS = [
  ['challenge', 32],
  ['transcript', 64],
  ['identityKey', 32],
  ['commandKey', 32],
  ['toCarKey', 32],
  ['fromCarKey', 32],
] as const satisfies readonly (readonly [keyof SessionKeys, number])[];

/** Characters of a line, with its end: 473. */
export const SESSION_KEY_LINE = FIELDS.reduce(
  (length, [, bytes]) => length + 1 + 2 * bytes,
  SESSION_KEY_LABEL.length + 1,
);

/** One line of a key log, with its end. */
export const formatSessionKeys = (keys: SessionKeys): string =>
  `${[SESSION_KEY_LABEL, ...FIELDS.map(([field]) => toHex(keys[field]))].join(' ')}\n`;

/** Writes what it is given to a key log. */
export const sessionKeyObserver =
  (keyLog: KeyLog): OnSessionKeys =>
  (keys) => {
    keyLog(formatSessionKeys(keys));
  };

/** The keys in a line (without its end); undefined where there are none. */
export const parseSessionKeys = (line: string): SessionKeys | undefined => {
  const [label, ...values] = line.split(' ');
  if (label !== SESSION_KEY_LABEL || values.length !== FIELDS.length) return undefined;
  const parsed = FIELDS.map(([field], index) => [field, fromHex(values[index] ?? '')] as const);
  const whole = parsed.every(([, value], index) => value?.length === FIELDS[index]?.[1]);
  return whole ? (Object.fromEntries(parsed) as unknown as SessionKeys) : undefined;
};

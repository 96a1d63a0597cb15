import { PhoneKeyError } from '../../lib/errors.js';
import type { KeyPair } from '../../lib/index.js';
import { fromHex, toHex, utf8 } from '../../lib/platform/bytes.js';
import { isJsonObject } from '../../lib/platform/json.js';
import type { JsonObject } from '../../lib/platform/json.js';

/** Fields of the files of a phone, read strictly. All throw `keys.unreadable`, and quote nothing. */

export const unreadable = (what: string): PhoneKeyError =>
  new PhoneKeyError('keys.unreadable', what);

export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message would quote the text.
    throw unreadable('not JSON');
  }
};

/** An object with no other fields than these. */
export const object = (value: unknown, fields: readonly string[]): JsonObject => {
  if (!isJsonObject(value)) throw unreadable('an object is missing');
  if (!Object.keys(value).every((field) => fields.includes(field))) {
    throw unreadable('an unknown field');
  }
  return value;
};

export const list = <T>(value: unknown, most: number, item: (each: unknown) => T): T[] => {
  if (!Array.isArray(value)) throw unreadable('a list is missing');
  if (value.length > most) throw unreadable('a list that is too long');
  return value.map(item);
};

/** `{ [field]: parse(value) }`, and nothing where there is none. */
export const optional = <K extends string, T>(
  root: JsonObject,
  field: K,
  parse: (value: unknown) => T,
): Partial<Record<K, T>> => {
  if (root[field] === undefined) return {};
  const parsed: Partial<Record<K, T>> = {};
  parsed[field] = parse(root[field]);
  return parsed;
};

/** What the wire allows in names, and no less: a car's name must not make its key file unreadable. */
export const name =
  (maxBytes: number) =>
  (value: unknown): string => {
    if (typeof value !== 'string' || /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(value)) {
      throw unreadable('not a name');
    }
    const { length } = utf8(value);
    if (length === 0 || length > maxBytes) throw unreadable('a name of a wrong length');
    return value;
  };

export const oneOf =
  <T extends string>(choices: readonly T[]) =>
  (value: unknown): T => {
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw unreadable('a value that is not one of the choices');
    return found;
  };

export const whole =
  (most: number) =>
  (value: unknown): number => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most) {
      throw unreadable('not a number, or out of range');
    }
    return value;
  };

export const flag = (value: unknown): boolean => {
  if (typeof value !== 'boolean') throw unreadable('neither true nor false');
  return value;
};

/** Hex, of `least` to `most` bytes. */
export const bytes =
  (least: number, most = least) =>
  (value: unknown): Uint8Array => {
    const read = typeof value === 'string' ? fromHex(value) : undefined;
    if (read === undefined || read.length < least || read.length > most) {
      throw unreadable('bytes of a wrong number');
    }
    return read;
  };

export const keyPair = (value: unknown): KeyPair => {
  const pair = object(value, ['privateKey', 'publicKey']);
  const key = bytes(32);
  return { privateKey: key(pair['privateKey']), publicKey: key(pair['publicKey']) };
};

export const keyPairJson = ({ privateKey, publicKey }: KeyPair) => ({
  privateKey: toHex(privateKey),
  publicKey: toHex(publicKey),
});

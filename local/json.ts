import { fromHex, utf8 } from '../lib/platform/bytes.js';
import { isJsonObject } from '../lib/platform/json.js';

/** Says which field is wrong, and never quotes a value: it may be a key. */
export class JsonError extends Error {
  override readonly name = 'JsonError';

  static not(what: string, wanted: string): JsonError {
    return new JsonError(`${what} is not ${wanted}`);
  }
}

/**
 * Reads a value of JSON strictly.
 * @param what the name of its field
 * @throws JsonError
 */
export type JsonReader<T> = (value: unknown, what: string) => T;

/** What a reader gives. */
export type Read<R> = R extends JsonReader<infer T> ? Readonly<T> : never;

/** @throws JsonError */
export const readJson = <T>(text: string, what: string, reader: JsonReader<T>): T => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message would quote the text.
    throw new JsonError('not JSON');
  }
  return reader(value, what);
};

/** An object with these fields and no others; those that are read as undefined are left out. */
export const object =
  <T extends object>(fields: {
    readonly [K in keyof T]-?: JsonReader<T[K]>;
  }): JsonReader<T> =>
  (value, what) => {
    if (!isJsonObject(value)) throw JsonError.not(what, 'an object');
    if (!Object.keys(value).every((key) => Object.hasOwn(fields, key))) {
      throw new JsonError(`${what} has an unknown field`);
    }
    const read: Partial<Record<keyof T, unknown>> = {};
    for (const name in fields) {
      const found = fields[name](value[name], name);
      if (found !== undefined) read[name] = found;
    }
    return read as T;
  };

/** Gives `instead` for one value, and what the reader gives for every other. */
const except =
  <I>(exception: null | undefined, instead: I) =>
  <T>(reader: JsonReader<T>): JsonReader<T | I> =>
  (value, what) =>
    value === exception ? instead : reader(value, what);

/** A field that may be missing. */
export const optional = except(undefined, undefined);

export const nullable = except(null, null);

/** A field that is null where it would be missing. */
export const absent = except(null, undefined);

/** Gives the value as it is, where it is one. */
export const only =
  <T>(wanted: string, is: (value: unknown) => value is T): JsonReader<T> =>
  (value, what) => {
    if (!is(value)) throw JsonError.not(what, wanted);
    return value;
  };

export const list =
  <T>(item: JsonReader<T>, most: number, least = 0): JsonReader<readonly T[]> =>
  (value, what) => {
    if (!Array.isArray(value) || value.length < least || value.length > most) {
      throw JsonError.not(what, `a list of ${String(least)} to ${String(most)}`);
    }
    return value.map((each: unknown) => item(each, what));
  };

export const oneOf = <T extends string | number>(choices: readonly T[]): JsonReader<T> =>
  only(
    `one of ${choices.length > 5 ? `${String(choices.length)} choices` : choices.join(', ')}`,
    (value): value is T => choices.some((choice) => choice === value),
  );

/** Nothing where it says nothing. */
const range = (least: number, most: number): string =>
  most > 2 ** 32 ? '' : ` from ${String(least)} to ${String(most)}`;

export const whole = (most: number, least = 0): JsonReader<number> =>
  only(
    `a whole number${range(least, most)}`,
    (value): value is number => Number.isInteger(value) && isWithin(value, least, most),
  );

/** JSON knows neither infinities nor NaN, but `1e999` is read as one. */
export const number = (least = -Number.MAX_VALUE, most = Number.MAX_VALUE): JsonReader<number> =>
  only(`a number${range(least, most)}`, (value) => isWithin(value, least, most));

const isWithin = (value: unknown, least: number, most: number): value is number =>
  typeof value === 'number' && value >= least && value <= most;

export const boolean = only('true or false', (value) => typeof value === 'boolean');

export const text = only('a text', (value) => typeof value === 'string');

/** Of 1 to `maxBytes` bytes of UTF-8, and nothing that moves the cursor of a terminal. */
export const name =
  (maxBytes: number): JsonReader<string> =>
  (value, what) => {
    const found = text(value, what);
    const { length } = utf8(found);
    if (length === 0 || length > maxBytes || /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(found)) {
      throw JsonError.not(what, `a name of 1 to ${String(maxBytes)} bytes`);
    }
    return found;
  };

/** Hex, of `least` to `most` bytes. */
export const hexBytes =
  (least: number, most = least): JsonReader<Uint8Array> =>
  (value, what) => {
    const read = typeof value === 'string' ? fromHex(value) : undefined;
    if (read === undefined || read.length < least || read.length > most) {
      const length = least === most ? String(least) : `${String(least)} to ${String(most)}`;
      throw JsonError.not(what, `${length} bytes in hex`);
    }
    return read;
  };

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

/**
 * An object with these fields and no others; those that are read as undefined are left out.
 * @param keys what fields are called in JSON, where that is something else
 */
export const object =
  <T extends object>(
    fields: { readonly [K in keyof T]-?: JsonReader<T[K]> },
    keys: NoInfer<{ readonly [K in keyof T]?: string }> = {},
  ): JsonReader<T> =>
  (value, what) => {
    if (!isJsonObject(value)) throw JsonError.not(what, 'an object');
    const known = new Set(Object.keys(fields).map((name) => keys[name as keyof T] ?? name));
    if (!Object.keys(value).every((key) => known.has(key))) {
      throw new JsonError(`${what} has an unknown field`);
    }
    const read: Partial<Record<keyof T, unknown>> = {};
    for (const name in fields) {
      const key = keys[name] ?? name;
      const found = fields[name](value[key], key);
      if (found !== undefined) read[name] = found;
    }
    return read as T;
  };

/** A field that may be missing. */
export const optional =
  <T>(reader: JsonReader<T>): JsonReader<T | undefined> =>
  (value, what) =>
    value === undefined ? undefined : reader(value, what);

export const nullable =
  <T>(reader: JsonReader<T>): JsonReader<T | null> =>
  (value, what) =>
    value === null ? null : reader(value, what);

/** A field that is null where it would be missing. */
export const absent =
  <T>(reader: JsonReader<T>): JsonReader<T | undefined> =>
  (value, what) =>
    value === null ? undefined : reader(value, what);

export const list =
  <T>(item: JsonReader<T>, most: number, least = 0): JsonReader<readonly T[]> =>
  (value, what) => {
    if (!Array.isArray(value) || value.length < least || value.length > most) {
      throw JsonError.not(what, `a list of ${String(least)} to ${String(most)}`);
    }
    return value.map((each: unknown) => item(each, what));
  };

export const oneOf =
  <T extends string | number>(choices: readonly T[]): JsonReader<T> =>
  (value, what) => {
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    const named = choices.length > 5 ? `${String(choices.length)} choices` : choices.join(', ');
    throw JsonError.not(what, `one of ${named}`);
  };

/** Nothing where it says nothing. */
const range = (least: number, most: number): string =>
  most > 2 ** 32 ? '' : ` from ${String(least)} to ${String(most)}`;

export const whole =
  (most: number, least = 0): JsonReader<number> =>
  (value, what) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) {
      return value;
    }
    throw JsonError.not(what, `a whole number${range(least, most)}`);
  };

/** JSON knows neither infinities nor NaN, but `1e999` is read as one. */
export const number =
  (least = -Number.MAX_VALUE, most = Number.MAX_VALUE): JsonReader<number> =>
  (value, what) => {
    if (typeof value === 'number' && value >= least && value <= most) return value;
    throw JsonError.not(what, `a number${range(least, most)}`);
  };

export const boolean: JsonReader<boolean> = (value, what) => {
  if (typeof value !== 'boolean') throw JsonError.not(what, 'true or false');
  return value;
};

export const text: JsonReader<string> = (value, what) => {
  if (typeof value !== 'string') throw JsonError.not(what, 'a text');
  return value;
};

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

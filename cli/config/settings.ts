import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import envPaths from 'env-paths';
import { errorMessage, PhoneKeyError } from '../../lib/errors.js';
import { isJsonObject } from '../../lib/platform/json.js';
import { isErrno } from '../../local/errno.js';
import { faultMessage } from '../../local/files/fault.js';
import { boolean, JsonError, object, oneOf, optional, text } from '../../local/json.js';
import type { JsonReader } from '../../local/json.js';
import { cloudUrl } from '../cloud/url.js';

/** What a person says once for all commands; variables of the environment and options beat it. */
export interface Settings {
  readonly radio?: 'auto' | 'ble' | 'virtual' | undefined;
  /** An absolute path. */
  readonly home?: string | undefined;
  readonly json?: boolean | undefined;
  /** Of the app. */
  readonly cloudUrl?: string | undefined;
}

const MOST_BYTES = 16_384;
/** Of a path on Linux. */
const LONGEST_PATH = 4096;

/** An absolute path, or one in the home of the user: `~/phonekey`. */
const directory: JsonReader<string> = (value, what) => {
  const given = text(value, what);
  const path = given.startsWith('~/') ? join(homedir(), given.slice(2)) : given;
  if (!isAbsolute(path) || path.length > LONGEST_PATH || /\p{Cc}/u.test(path)) {
    throw JsonError.not(what, 'an absolute path, nor one that begins with ~/');
  }
  return path;
};

const address: JsonReader<string> = (value, what) => {
  const url = cloudUrl(text(value, what));
  if (url === undefined) throw JsonError.not(what, 'an address, as https://cloud.example');
  return url;
};

const FIELDS = {
  radio: optional(oneOf(['auto', 'ble', 'virtual'] as const)),
  home: optional(directory),
  json: optional(boolean),
  cloudUrl: optional(address),
};

const reader: JsonReader<Settings> = (value, what) => {
  const unknown = isJsonObject(value)
    ? Object.keys(value).find((key) => !Object.hasOwn(FIELDS, key))
    : undefined;
  if (unknown !== undefined) throw new JsonError(`${JSON.stringify(unknown)} is no setting`);
  return object<Settings>(FIELDS)(value, what);
};

/** Of this user; in the place of the operating system for it (XDG on Linux). */
export const settingsPath = (): string =>
  join(envPaths('phonekey', { suffix: '' }).config, 'config.json');

/**
 * The settings of a file; none where it does not exist.
 * @throws PhoneKeyError `usage.invalid`, which names the file and the line or the setting
 */
export const readSettings = (path: string): Settings => {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return {};
    if (!found.isFile()) throw new Error('it is not a file');
    if (found.size > MOST_BYTES) throw new Error(`it has more than ${String(MOST_BYTES)} bytes`);
    return reader(parsed(readFileSync(path, 'utf8')), 'it');
  } catch (cause) {
    if (isErrno(cause, 'ENOTDIR')) return {};
    throw new PhoneKeyError('usage.invalid', `cannot use ${path}: ${faultMessage(cause, path)}`, {
      cause,
      hint: 'Correct it: it is JSON, as in {"radio": "virtual", "home": "~/phonekey", "json": true}.',
    });
  }
};

const parsed = (source: string): unknown => {
  try {
    return JSON.parse(source);
  } catch (error) {
    const message = errorMessage(error);
    // Not where something is missing at the end.
    const position = /at position (\d+)/.exec(message)?.[1] ?? source.length;
    const line = source.slice(0, Number(position)).split('\n').length;
    throw new JsonError(`line ${String(line)} is not JSON`);
  }
};

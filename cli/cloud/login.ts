import { PhoneKeyError } from '../../lib/errors.js';
import { JsonError, name, object, readJson, text } from '../../local/json.js';
import type { JsonReader } from '../../local/json.js';
import { PrivateDirectory } from '../config/private-directory.js';

/** Who this phone is to a cloud: lies beside its keys, as private as they are, and opens no car. */
export interface Login {
  /** Whose token it is: it is sent nowhere else. */
  readonly url: string;
  readonly account: string;
  readonly token: string;
  /** Of the token, as the list of tokens has it. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
}

const FILE = 'cloud.login';
const MOST_BYTES = 4096;

const token: JsonReader<string> = (value, what) => {
  const found = text(value, what);
  if (!/^[\x21-\x7e]{16,512}$/.test(found)) throw JsonError.not(what, 'a token');
  return found;
};

const reader = object<Login>({
  url: name(2048),
  account: name(64),
  token,
  id: name(64),
  expiresAt: name(64),
});

/** Methods throw PhoneKeyError `keys.permissions`, `keys.unreadable`, or the file system's own errors. */
export class LoginFile {
  readonly #directory: PrivateDirectory;

  /** @param keys the directory of the phone's keys */
  constructor(keys: string) {
    this.#directory = new PrivateDirectory(keys);
  }

  /** Undefined where nobody is logged in. */
  async read(): Promise<Login | undefined> {
    const found = await this.#directory.read(FILE, MOST_BYTES);
    if (found === undefined) return undefined;
    try {
      return readJson(found, 'the file', reader);
    } catch (cause) {
      if (!(cause instanceof JsonError)) throw cause;
      throw new PhoneKeyError('keys.unreadable', `cannot read ${FILE}: ${cause.message}`, {
        cause,
        hint: 'Log in again: key cloud login NAME.',
      });
    }
  }

  async write(login: Login): Promise<void> {
    await this.#directory.write(FILE, `${JSON.stringify(login)}\n`, 'replace');
  }

  /** Without effect where there is none. */
  remove(): Promise<void> {
    return this.#directory.remove(FILE);
  }
}

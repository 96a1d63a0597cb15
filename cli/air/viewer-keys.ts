import type { KnownCar, ViewerKeys, SessionKeys } from '../../lib/native/inspect/index.js';
import { FileKeyStore } from '../config/key-store.js';
import type { Context } from '../context.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { parseSessionKeys, SESSION_KEY_LINE } from '../../lib/native/inspect/index.js';
import { toHex } from '../../lib/platform/bytes.js';
import { isErrno, plainMessage } from '../../local/errno.js';

/** Sessions that are remembered; the oldest are forgotten first. */
const MAX_SESSIONS = 16_384;
const CHUNK_BYTES = 1 << 16;

/**
 * The file of `--session-keys`, read on whenever something is looked for that it did not have: a phone
 * writes its line before it sends the Proof. The file may come to be later.
 */
class SessionKeyReader {
  readonly #path: string;
  /** By challenge, in hex. */
  readonly #sessions = new Map<string, SessionKeys>();
  #offset = 0;
  #rest = '';

  /** @throws PhoneKeyError `usage.invalid` where the file is there and cannot be read */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#readOn();
    } catch (cause) {
      throw new PhoneKeyError(
        'usage.invalid',
        `the session keys cannot be read: ${plainMessage(cause)}`,
        { cause, hint: 'Give the file that --session-keys of a car or a phone writes.' },
      );
    }
  }

  /** @param challenge 32 bytes */
  find(challenge: Uint8Array): SessionKeys | undefined {
    const key = toHex(challenge);
    const known = this.#sessions.get(key);
    if (known !== undefined) return known;
    try {
      this.#readOn();
    } catch {
      return undefined; // it could be read once, and what it said then stays known
    }
    return this.#sessions.get(key);
  }

  #readOn(): void {
    let file: number;
    try {
      file = openSync(this.#path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return;
      throw error;
    }
    try {
      const found = fstatSync(file);
      if (!found.isFile()) throw new Error(`${this.#path} is not a file`);
      if (found.size < this.#offset) [this.#offset, this.#rest] = [0, '']; // another file
      const chunk = Buffer.alloc(CHUNK_BYTES);
      for (;;) {
        const length = readSync(file, chunk, 0, chunk.length, this.#offset);
        if (length === 0) return;
        this.#offset += length;
        this.#push(chunk.toString('latin1', 0, length));
      }
    } finally {
      closeSync(file);
    }
  }

  #push(text: string): void {
    const lines = `${this.#rest}${text}`.split('\n');
    // More than a line can have is part of none.
    this.#rest = (lines.pop() ?? '').slice(0, SESSION_KEY_LINE);
    for (const line of lines) {
      const keys = parseSessionKeys(line);
      if (keys === undefined) continue;
      this.#sessions.set(toHex(keys.challenge), keys);
      const [oldest] = this.#sessions.keys();
      if (oldest !== undefined && this.#sessions.size > MAX_SESSIONS) this.#sessions.delete(oldest);
    }
  }
}

/**
 * What the keys of this home, and the file of `--session-keys`, let a viewer see. Of the keys of cars
 * only the cars' own public ones are kept.
 * @throws PhoneKeyError `usage.invalid` where the session keys cannot be read
 */
export const homeKeys = async ({
  options: { sessionKeys },
  paths,
  output,
}: Context): Promise<ViewerKeys & { reload(): Promise<void> }> => {
  const sessions = sessionKeys === undefined ? undefined : new SessionKeyReader(sessionKeys);
  const store = new FileKeyStore(paths.keys);
  let cars: readonly KnownCar[] = [];
  const reload = async (): Promise<void> => {
    const paired = await store.list();
    cars = paired.map(({ name, carPublicKey }) => ({ name, publicKey: carPublicKey }));
  };
  await reload().catch((error: unknown) => {
    output.say(`the cars of this phone are not recognised: ${plainMessage(error)}`);
  });
  return { cars: () => cars, session: (challenge) => sessions?.find(challenge), reload };
};

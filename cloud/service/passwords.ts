import { scrypt } from 'node:crypto';
import type { Random } from '../../lib/platform/random.js';
import { tooMany } from './refusal.js';
import { sameSecret } from './secrets.js';

/** RFC 7914: block size and parallelisation; N is 2 to the cost. */
const R = 8;
const P = 3;
const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** Beside the 128 * N * R bytes that it takes. */
const SPARE_BYTES = 65_536;
/** Of Node's four threads, so that files and names go on. */
const AT_ONCE = 2;
const WAITING = 16;

const HASH = /^scrypt\$(\d{1,2})\$([A-Za-z0-9_-]{22})\$([A-Za-z0-9_-]{43})$/;

/** Hashes of passwords, `scrypt$COST$SALT$KEY`, in base64url; a few at a time, so that log-ins leave room for the rest. */
export class Passwords {
  readonly #cost: number;
  readonly #random: Random;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** @param cost the binary logarithm of N, 1 to 20 */
  constructor(cost: number, random: Random) {
    this.#cost = cost;
    this.#random = random;
  }

  /** @throws Refusal 429 where too many wait already */
  async hash(password: string): Promise<string> {
    const salt = this.#random(SALT_BYTES);
    const key = await this.#derive(password, this.#cost, salt);
    return ['scrypt', this.#cost, encode(salt), encode(key)].join('$');
  }

  /**
   * Takes as long where there is no hash as with one of today's cost.
   * @throws Refusal 429 where too many wait already
   */
  async matches(password: string, hash: string | undefined): Promise<boolean> {
    const [, cost, salt, key] = HASH.exec(hash ?? '') ?? [];
    const derived = await this.#derive(
      password,
      cost === undefined ? this.#cost : Number(cost),
      salt === undefined ? new Uint8Array(SALT_BYTES) : decode(salt),
    );
    return (
      sameSecret(derived, key === undefined ? new Uint8Array(KEY_BYTES) : decode(key)) &&
      key !== undefined
    );
  }

  async #derive(password: string, cost: number, salt: Uint8Array): Promise<Uint8Array> {
    await this.#turn();
    try {
      return await new Promise((resolve, reject) => {
        const options = { N: 2 ** cost, r: R, p: P, maxmem: 2 ** cost * R * 256 + SPARE_BYTES };
        scrypt(password.normalize('NFC'), salt, KEY_BYTES, options, (error, key) => {
          if (error === null) resolve(new Uint8Array(key));
          else reject(error);
        });
      });
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    if (this.#running >= AT_ONCE) {
      if (this.#waiting.length >= WAITING) throw tooMany('too many log in at this moment', 2);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running++;
  }
}

const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const decode = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64url'));

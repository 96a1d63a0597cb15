import { sha512 } from '@noble/hashes/sha2.js';
import { utf8 } from './bytes.js';
import { check, needed, text, whole } from './check.js';
import type { Random } from './random.js';

const COUNT = needed(whole(0));

/**
 * A Random that gives the same bytes for the same seed, for tests and vectors. Anybody who knows the
 * seed knows the bytes: never use it for a real key.
 */
export const seededRandom = (seed: string): Random => {
  check('the seed', seed, needed(text));
  let counter = 0;
  let pool: Uint8Array = new Uint8Array(0);
  return (length) => {
    check('how many bytes', length, COUNT);
    const out = new Uint8Array(length);
    for (let filled = 0; filled < length;) {
      if (pool.length === 0) {
        pool = sha512(utf8(`${seed}/${String(counter++)}`));
      }
      const part = pool.subarray(0, length - filled);
      out.set(part, filled);
      filled += part.length;
      pool = pool.subarray(part.length);
    }
    return out;
  };
};

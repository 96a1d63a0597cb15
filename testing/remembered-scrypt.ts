import { defaultSuite } from '../lib/crypto/index.js';
import type { Suite } from '../lib/crypto/suite.js';
import { toHex } from '../lib/platform/bytes.js';

const known = new Map<string, Uint8Array>();

/**
 * The default suite, which derives nothing twice: car and phone in one process share the tens of milliseconds that
 * a pairing code takes, and so do all test cars of one seed. What goes over the radio is the same.
 */
export const rememberedScrypt: Suite = {
  ...defaultSuite,
  scrypt(password, salt, cost, length) {
    const { N, r, p } = cost;
    const key = [toHex(password), toHex(salt), N, r, p, length].join();
    const derived = known.get(key) ?? defaultSuite.scrypt(password, salt, cost, length);
    known.set(key, derived);
    return derived.slice();
  },
};

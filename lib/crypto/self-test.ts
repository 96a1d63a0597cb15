import { errorMessage } from '../errors.js';
import { toHex } from '../platform/bytes.js';
import type { Suite } from './suite.js';

/**
 * A runtime may call itself Node, and its node:crypto lack what a suite needs: where BoringSSL stands behind it
 * (Bun, Electron), that is ChaCha20-Poly1305. So each primitive is tried once, with a result that is known; all of
 * it takes a few milliseconds, most of which the first real work would take otherwise.
 */

const KEY = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
const SHORT = KEY.slice(0, 12);
/** Neither wrong result nor exception: what must not be accepted was not. */
const RIGHT = '01';

/** By name, what is computed and the first 16 bytes of it in hex; all suites agree on them. */
const PRIMITIVES: Readonly<Record<string, readonly [(suite: Suite) => Uint8Array, string]>> = {
  X25519: [
    (suite) => {
      const pair = suite.x25519KeyPair(KEY);
      return suite.x25519(pair, pair.publicKey);
    },
    'e1da0d42bded3149e1e30e6f2ada146b',
  ],
  Ed25519: [
    (suite) => suite.ed25519Sign(suite.ed25519KeyPair(KEY), SHORT),
    'c80d42fa091d3bc6d7451d3ebdff15dd',
  ],
  'verifying Ed25519': [
    (suite) => {
      const pair = suite.ed25519KeyPair(KEY);
      const signature = suite.ed25519Sign(pair, SHORT);
      const verifies = (text: Uint8Array): boolean =>
        suite.ed25519Verify(pair.publicKey, text, signature);
      return Uint8Array.of(Number(verifies(SHORT) && !verifies(KEY)));
    },
    RIGHT,
  ],
  'SHA-512': [(suite) => suite.sha512(KEY), '77788f1a0cea001a2631dae5d05dbd06'],
  'HMAC-SHA-512': [(suite) => suite.hmacSha512(KEY, SHORT), '30c402416bcfb9e7ec50c572625fea45'],
  scrypt: [
    (suite) => suite.scrypt(KEY, SHORT, { N: 2, r: 1, p: 1 }, 16),
    'f739b6737547db86ecf8af2d147681dc',
  ],
  'ChaCha20-Poly1305': [
    (suite) => suite.seal(KEY, SHORT, SHORT, KEY),
    'c9764e685dda5797d3234b86c2c2c778',
  ],
  'opening ChaCha20-Poly1305': [
    (suite) => {
      const opens = (aad: Uint8Array): boolean =>
        suite.open(KEY, SHORT, aad, suite.seal(KEY, SHORT, SHORT, KEY)) !== undefined;
      return Uint8Array.of(Number(opens(SHORT) && !opens(KEY)));
    },
    RIGHT,
  ],
  'constant-time comparison': [
    (suite) => Uint8Array.of(Number(suite.equal(KEY, KEY.slice()) && !suite.equal(KEY, SHORT))),
    RIGHT,
  ],
};

/** What a suite cannot do, or does wrongly, by name and with what it says; empty where it is whole. */
export const lacking = (suite: Suite): readonly Lack[] =>
  Object.entries(PRIMITIVES).flatMap(([primitive, [compute, right]]) => {
    try {
      const result = toHex(compute(suite)).slice(0, 32);
      return result === right ? [] : [{ primitive, why: 'its result is wrong' }];
    } catch (error) {
      return [{ primitive, why: errorMessage(error) }];
    }
  });

export interface Lack {
  readonly primitive: string;
  /** In the words of the runtime. */
  readonly why: string;
}

/** What the suite of the platform lacks, which is then not the default; nothing before there is a default. */
export let platformLacks: readonly Lack[] = [];

/** The first one, where it does all that it has to; else the other. */
export const wholeSuite = (first: Suite, other: () => Suite): Suite => {
  platformLacks = lacking(first);
  return platformLacks.length === 0 ? first : other();
};

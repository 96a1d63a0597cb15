import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { portableSuite } from '../../lib/crypto/index.js';
import { nobleSuite } from '../../lib/crypto/noble.js';
import { nodeSuite } from '../../lib/crypto/node.js';
import { toHex } from '../../lib/platform/bytes.js';
import type { Suite } from '../../lib/crypto/index.js';

const data = fc.uint8Array({ maxLength: 300 });
const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const nonce = fc.uint8Array({ minLength: 12, maxLength: 12 });

/** The result (bytes as hex), or the code of the error, so that the suites must also fail alike. */
function outcome(run: () => unknown): unknown {
  try {
    const result = run();
    return result instanceof Uint8Array ? toHex(result) : result;
  } catch (error) {
    return (error as { code?: string }).code ?? error;
  }
}

function expectSame(run: (suite: Suite) => unknown): void {
  const expected = outcome(() => run(nodeSuite));
  expect(outcome(() => run(portableSuite))).toEqual(expected);
  expect(outcome(() => run(nobleSuite))).toEqual(expected);
}

/** A change of one byte that may also be none (xor 0). */
const change = fc.record({ at: fc.nat(), xor: fc.integer({ min: 0, max: 255 }) });
const apply = (bytes: Uint8Array, { at, xor }: { at: number; xor: number }): Uint8Array =>
  bytes.map((byte, i) => (i === at % bytes.length ? byte ^ xor : byte));

/** Encodings on which Ed25519 and X25519 implementations are known to differ. */
const oddKey = fc.oneof(
  key,
  fc.constantFrom(0, 1, 2, 0xec, 0xed, 0xee, 0xff).chain((first) =>
    fc.constantFrom(0, 0x7f, 0x80, 0xff).map((last) => {
      const fill = first > 2 ? 0xff : 0;
      const bytes = new Uint8Array(32).fill(fill);
      bytes[0] = first;
      bytes[31] = last;
      return bytes;
    }),
  ),
);

/** The same, and public keys that are good. */
const oneOfKeys = fc.oneof(
  oddKey,
  key.map((seed) => nodeSuite.ed25519KeyPair(seed).publicKey),
);

const curveRuns = { numRuns: 30 };

describe('the suites agree on', () => {
  it('SHA-512 and HMAC, however the input is cut', () => {
    fc.assert(
      fc.property(data, fc.array(data, { maxLength: 4 }), (first, parts) => {
        expectSame((suite) => suite.sha512(...parts));
        expectSame((suite) => suite.hmacSha512(first, ...parts));
        expectSame((suite) => suite.hmacSha512With(first)(...parts));
        const whole = Uint8Array.from(parts.flatMap((part) => [...part]));
        expect(nodeSuite.sha512(...parts)).toEqual(nodeSuite.sha512(whole));
      }),
    );
  });

  it('HKDF', () => {
    const length = fc.oneof(fc.integer({ min: -2, max: 500 }), fc.constantFrom(16320, 16321));
    fc.assert(
      fc.property(data, data, data, length, (ikm, salt, info, size) => {
        expectSame((suite) => suite.hkdfSha512(ikm, salt, info, size));
      }),
    );
  });

  it('scrypt', () => {
    const cost = fc.record({
      N: fc.oneof(fc.constantFrom(2, 4, 64, 1024), fc.integer({ min: -2, max: 20 })),
      r: fc.integer({ min: 0, max: 9 }),
      p: fc.integer({ min: 0, max: 4 }),
    });
    const length = fc.integer({ min: -1, max: 200 });
    fc.assert(
      fc.property(data, data, cost, length, (password, salt, work, size) => {
        expectSame((suite) => suite.scrypt(password, salt, work, size));
      }),
    );
  });

  it('sealing, opening, and refusing what was changed', () => {
    fc.assert(
      fc.property(key, nonce, data, data, change, (k, n, aad, plaintext, altered) => {
        expectSame((suite) => suite.seal(k, n, aad, plaintext));
        const sealed = nodeSuite.seal(k, n, aad, plaintext);
        const received = apply(sealed, altered);
        expectSame((suite) => suite.open(k, n, aad, received));
        expect(portableSuite.open(k, n, aad, received)).toEqual(
          altered.xor === 0 ? plaintext : undefined,
        );
        expectSame((suite) => suite.open(k, n, aad, sealed.subarray(0, altered.at % 40)));
      }),
    );
  });

  it('wrong lengths of keys and nonces', () => {
    const any = fc.uint8Array({ minLength: 0, maxLength: 40 });
    fc.assert(
      fc.property(any, any, any, (k, n, text) => {
        const pair = { privateKey: k, publicKey: k };
        expectSame((suite) => suite.seal(k, n, text, text));
        expectSame((suite) => suite.open(k, n, text, text));
        expectSame((suite) => suite.x25519KeyPair(k));
        expectSame((suite) => suite.x25519(pair, n));
        expectSame((suite) => suite.ed25519KeyPair(k));
        expectSame((suite) => suite.ed25519Sign(pair, text));
        expectSame((suite) => suite.ed25519Verify(k, text, n));
      }),
      curveRuns,
    );
  });

  it('X25519', () => {
    fc.assert(
      fc.property(key, oddKey, (privateKey, publicKey) => {
        expectSame((suite) => suite.x25519KeyPair(privateKey));
        expectSame((suite) => suite.x25519({ privateKey, publicKey }, publicKey));
      }),
      curveRuns,
    );
  });

  it('Ed25519 keys and signatures, and refusing what was changed', () => {
    fc.assert(
      fc.property(key, data, change, (seed, message, altered) => {
        expectSame((suite) => suite.ed25519KeyPair(seed));
        const pair = nodeSuite.ed25519KeyPair(seed);
        expectSame((suite) => suite.ed25519Sign(pair, message));
        const signature = apply(nodeSuite.ed25519Sign(pair, message), altered);
        expectSame((suite) => suite.ed25519Verify(pair.publicKey, message, signature));
        expect(nodeSuite.ed25519Verify(pair.publicKey, message, signature)).toBe(altered.xor === 0);
      }),
      curveRuns,
    );
  });

  it('odd Ed25519 keys and signatures', () => {
    fc.assert(
      fc.property(oneOfKeys, oddKey, oddKey, data, (publicKey, R, S, message) => {
        const signature = Uint8Array.from([...R, ...S]);
        expectSame((suite) => suite.ed25519Verify(publicKey, message, signature));
      }),
      curveRuns,
    );
  });

  it('equality', () => {
    fc.assert(
      fc.property(data, data, change, (a, b, altered) => {
        expectSame((suite) => suite.equal(a, b));
        expectSame((suite) => suite.equal(a, apply(a, altered)));
      }),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import { toHex } from '../../lib/platform/bytes.js';
import { fromHex, suites } from './support.js';
import { errorWith } from '../support/errors.js';

const BASE_POINT = `09${'00'.repeat(31)}`;

/** Encodings of the points of small order; the top bit of an encoding is ignored (RFC 7748). */
const LOW_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];

describe.each(suites)('X25519, $name suite', (suite) => {
  const x25519 = (scalar: Uint8Array, u: Uint8Array): Uint8Array =>
    suite.x25519(suite.x25519KeyPair(scalar), u);

  it.each([
    [
      'a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4',
      'e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c',
      'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552',
    ],
    [
      '4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d',
      'e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493',
      '95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957',
    ],
  ])('RFC 7748 section 5.2: scalar %s', (scalar, u, expected) => {
    expect(toHex(x25519(fromHex(scalar), fromHex(u)))).toBe(expected);
  });

  it('RFC 7748 section 5.2: iterated', () => {
    let k = fromHex(BASE_POINT);
    let u = k;
    for (let i = 1; i <= 1000; i++) {
      [k, u] = [suite.x25519({ privateKey: k, publicKey: k }, u), k];
      if (i === 1) {
        expect(toHex(k)).toBe('422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079');
      }
    }
    expect(toHex(k)).toBe('684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51');
  });

  it('RFC 7748 section 6.1: Diffie-Hellman', () => {
    const alice = suite.x25519KeyPair(
      fromHex('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a'),
    );
    const bob = suite.x25519KeyPair(
      fromHex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb'),
    );
    expect(toHex(alice.publicKey)).toBe(
      '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a',
    );
    expect(toHex(bob.publicKey)).toBe(
      'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
    );
    const shared = '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742';
    expect(toHex(suite.x25519(alice, bob.publicKey))).toBe(shared);
    expect(toHex(suite.x25519(bob, alice.publicKey))).toBe(shared);
  });

  it.each(LOW_ORDER)('refuses the low-order point %s, and with the top bit set', (point) => {
    const pair = suite.x25519KeyPair(new Uint8Array(32).fill(7));
    const u = fromHex(point);
    const weak = errorWith('crypto.weak-key');
    expect(() => suite.x25519(pair, u)).toThrow(weak);
    u[31] = (u[31] ?? 0) | 0x80;
    expect(() => suite.x25519(pair, u)).toThrow(weak);
  });
});

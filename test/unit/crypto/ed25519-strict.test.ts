import { describe, expect, it } from '@jest/globals';
import { ed25519, ED25519_TORSION_SUBGROUP } from '@noble/curves/ed25519.js';
import nacl from 'tweetnacl';
import { portableSuite } from '../../../lib/crypto/index.js';
import { nobleSuite } from '../../../lib/crypto/noble.js';
import { nodeSuite } from '../../../lib/crypto/node.js';
import { isStrict } from '../../../lib/crypto/common.js';
import { concat, fromHex, utf8 } from '../../../lib/platform/bytes.js';

const suites = [nodeSuite, portableSuite, nobleSuite];
const { Point } = ed25519;
const ORDER = Point.Fn.ORDER;
const message = utf8('grant');

const bigint = (bytes: Uint8Array): bigint =>
  bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
const littleEndian = (value: bigint): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));

/** A point of small order, with the sign bit as it is and flipped. */
const smallOrder = ED25519_TORSION_SUBGROUP.map((hex) => fromHex(hex) ?? new Uint8Array(0));
const flipped = smallOrder.map((bytes) => bytes.map((byte, i) => (i === 31 ? byte ^ 0x80 : byte)));
/** y = p and p + 1, which mean 0 and 1: small order in a second spelling. */
const nonCanonical = [0n, 1n].map((y) => littleEndian(2n ** 255n - 19n + y));

describe.each(suites)('strict Ed25519, $name suite', (suite) => {
  const pair = suite.ed25519KeyPair(new Uint8Array(32).fill(1));
  const signature = suite.ed25519Sign(pair, message);

  it('refuses the second form of a signature, S + L', () => {
    const S = bigint(signature.subarray(32));
    const second = concat(signature.subarray(0, 32), littleEndian(S + ORDER));
    expect(nacl.sign.detached.verify(message, second, pair.publicKey)).toBe(true); // why we check
    expect(suite.ed25519Verify(pair.publicKey, message, second)).toBe(false);
    expect(suite.ed25519Verify(pair.publicKey, message, signature)).toBe(true);
  });

  it('refuses public keys of small order, under which R = S * B fits any message', () => {
    const universal = concat(Point.BASE.toBytes(), littleEndian(1n));
    const identity = littleEndian(1n);
    expect(nacl.sign.detached.verify(message, universal, identity)).toBe(true); // why we check
    expect(smallOrder).toHaveLength(8);
    for (const key of [...smallOrder, ...flipped, ...nonCanonical]) {
      expect(suite.ed25519Verify(key, message, universal)).toBe(false);
    }
  });
});

it('all suites agree on keys and R with a torsion part', () => {
  const a = 123456789n;
  const r = 987654321n;
  let accepted = 0;
  for (const keyTorsion of smallOrder) {
    const publicKey = Point.BASE.multiply(a).add(Point.fromBytes(keyTorsion)).toBytes();
    for (const torsion of smallOrder.slice(0, 3)) {
      const R = Point.BASE.multiply(r).add(Point.fromBytes(torsion)).toBytes();
      const h = bigint(nodeSuite.sha512(R, publicKey, message)) % ORDER;
      const signature = concat(R, littleEndian((r + h * a) % ORDER));
      const [byNode, ...byOthers] = suites.map((suite) =>
        suite.ed25519Verify(publicKey, message, signature),
      );
      expect(byOthers).toEqual([byNode, byNode]);
      if (byNode === true) accepted++;
    }
  }
  expect(accepted).toBeGreaterThan(0);
  expect(accepted).toBeLessThan(24);
});

describe('what may be verified at all', () => {
  const key = nodeSuite.ed25519KeyPair(new Uint8Array(32).fill(1)).publicKey;
  const P = 2n ** 255n - 19n;
  const withS = (S: bigint): Uint8Array => concat(new Uint8Array(32), littleEndian(S));

  it('has S below the order of the base point', () => {
    for (const S of [0n, 1n, ORDER - 256n, ORDER - 1n]) expect(isStrict(key, withS(S))).toBe(true);
    for (const S of [ORDER, ORDER + 1n, ORDER + 2n ** 248n, 2n ** 256n - 1n]) {
      expect(isStrict(key, withS(S))).toBe(false);
    }
  });

  it('has a key below the field prime, whatever the sign of x', () => {
    const signed = (y: bigint): Uint8Array => littleEndian(y + 2n ** 255n);
    for (const y of [2n, P - 2n]) {
      expect([littleEndian(y), signed(y)].map((each) => isStrict(each, withS(0n)))).toEqual([
        true,
        true,
      ]);
    }
    for (const y of [P, P + 2n, 2n ** 255n - 1n]) {
      expect([littleEndian(y), signed(y)].map((each) => isStrict(each, withS(0n)))).toEqual([
        false,
        false,
      ]);
    }
  });

  it('has no key of small order', () => {
    for (const point of [...smallOrder, ...flipped]) expect(isStrict(point, withS(0n))).toBe(false);
  });
});

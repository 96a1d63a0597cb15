import { describe, expect, it } from '@jest/globals';
import { p256 } from '@noble/curves/nist.js';
import { numberToBytesBE } from '@noble/curves/utils.js';
import { flip } from '../../../../lab/flip.js';
import { defaultSuite as suite } from '../../../../lib/crypto/index.js';
import {
  deriveSecrets,
  register,
  Spake2PlusProver,
  Spake2PlusVerifier,
} from '../../../../lib/native/pairing/spake2plus.js';
import { concat, toHex, utf8 } from '../../../../lib/platform/bytes.js';
import { seededRandom } from '../../../../lib/platform/seeded-random.js';
import { errorWith } from '../../../support/errors.js';

const idProver = utf8('phone');
const idVerifier = utf8('car');
const random = seededRandom('spake2plus');
const common = { context: utf8('test'), idProver, idVerifier, random, suite };
const right = deriveSecrets(utf8('12345678'), idProver, idVerifier, suite);
const wrong = deriveSecrets(utf8('12345679'), idProver, idVerifier, suite);

const newProver = (options = {}): Spake2PlusProver =>
  new Spake2PlusProver({ ...common, ...right, ...options });
const newVerifier = (options = {}): Spake2PlusVerifier =>
  new Spake2PlusVerifier({ ...common, ...register(right), ...options });

describe('deriveSecrets', () => {
  it('is scrypt over the length-prefixed inputs', () => {
    // Computed with Python: hashlib.scrypt(n=2**14, r=8, p=1, dklen=80, salt=b''), halves mod n.
    expect(toHex(right.w0)).toBe(
      'd7c139f6c2eb5c926133b63432dfe28f81624d99ff26355c4b59bb2bcb2e304a',
    );
    expect(toHex(right.w1)).toBe(
      'afe593910ace05ddb18029aa1bffc7f8b2416f7f82edad99e5eb4dc58468be22',
    );
  });

  it('tells apart where one input ends and the next begins', () => {
    const moved = deriveSecrets(utf8('12345678p'), utf8('hone'), idVerifier, suite);
    expect(toHex(moved.w0)).not.toBe(toHex(right.w0));
  });
});

describe('a run', () => {
  it('gives both sides the same key, another one each time', () => {
    const keys = [1, 2].map(() => {
      const prover = newProver();
      const verifier = newVerifier();
      const { shareV, confirmV } = verifier.respond(prover.share);
      const { confirmP, sharedKey } = prover.finish(shareV, confirmV);
      expect(verifier.finish(confirmP)).toEqual(sharedKey);
      return toHex(sharedKey);
    });
    expect(keys[0]).not.toBe(keys[1]);
  });

  it.each([
    ['another code', wrong],
    ['another context', { context: utf8('tesT') }],
    ['another name of the prover', { idProver: utf8('phonE') }],
    ['another name of the verifier', { idVerifier: utf8('caR') }],
  ])('%s: neither side accepts', (_what, difference) => {
    const prover = newProver(difference);
    const verifier = newVerifier();
    const { shareV, confirmV } = verifier.respond(prover.share);
    expect(() => prover.finish(shareV, confirmV)).toThrow(errorWith('pairing.wrong-code'));
    expect(() => verifier.finish(new Uint8Array(32))).toThrow(errorWith('pairing.wrong-code'));
  });

  it('is refused for any flipped bit of a confirmation', () => {
    for (let bit = 0; bit < 256; bit += 23) {
      const verifier = newVerifier();
      const [prover, deceived] = [newProver(), newProver()];
      const { shareV, confirmV } = verifier.respond(prover.share);
      const { confirmP } = prover.finish(shareV, confirmV);
      const answer = newVerifier().respond(deceived.share);
      const wrongV = flip(answer.confirmV, bit);
      expect(() => deceived.finish(answer.shareV, wrongV)).toThrow(errorWith('pairing.wrong-code'));
      expect(() => verifier.finish(flip(confirmP, bit))).toThrow(errorWith('pairing.wrong-code'));
    }
  });

  it('cannot be answered with its own confirmation', () => {
    const verifier = newVerifier();
    const { confirmV } = verifier.respond(newProver().share);
    expect(() => verifier.finish(confirmV)).toThrow(errorWith('pairing.wrong-code'));
  });
});

describe('what is no point of P-256', () => {
  const { Point } = p256;
  const share = newProver().share;
  const offCurve = flip(share, 8 * 64);
  const bad: [string, Uint8Array][] = [
    ['nothing', new Uint8Array(0)],
    ['the identity, 1 byte', Uint8Array.of(0)],
    ['65 zero bytes', new Uint8Array(65)],
    ['x = y = 0', concat(Uint8Array.of(4), new Uint8Array(64))],
    ['a compressed point', Point.BASE.toBytes(true)],
    ['one byte less', share.slice(0, 64)],
    ['one byte more', concat(share, Uint8Array.of(0))],
    ['a point off the curve', offCurve],
    ['a hybrid encoding', concat(Uint8Array.of(6), share.slice(1))],
    ['a coordinate beyond the field', concat(Uint8Array.of(4), new Uint8Array(64).fill(0xff))],
  ];

  it.each(bad)('%s is refused by both sides', (_what, bytes) => {
    expect(() => newVerifier().respond(bytes)).toThrow(errorWith('protocol.malformed'));
    expect(() => newProver().finish(bytes, new Uint8Array(32))).toThrow(
      errorWith('protocol.malformed'),
    );
    expect(() => newVerifier({ L: bytes })).toThrow(errorWith('crypto.invalid-input'));
  });

  it('refuses a share that is w0 * M alone', () => {
    const M = Point.fromHex('02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f');
    const mask = M.multiply(BigInt(`0x${toHex(right.w0)}`)).toBytes(false);
    expect(() => newVerifier().respond(mask)).toThrow(errorWith('protocol.malformed'));
  });
});

it('refuses confirmations of the wrong length', () => {
  const prover = newProver();
  const verifier = newVerifier();
  const { shareV } = verifier.respond(prover.share);
  expect(() => prover.finish(shareV, new Uint8Array(31))).toThrow(errorWith('protocol.malformed'));
  expect(() => verifier.finish(new Uint8Array(33))).toThrow(errorWith('protocol.malformed'));
});

it('works once, and in order', () => {
  const order = errorWith('protocol.order');
  const prover = newProver();
  const verifier = newVerifier();
  expect(() => verifier.finish(new Uint8Array(32))).toThrow(order);
  const { shareV, confirmV } = verifier.respond(prover.share);
  expect(() => verifier.respond(prover.share)).toThrow(order);
  const { confirmP } = prover.finish(shareV, confirmV);
  expect(() => prover.finish(shareV, confirmV)).toThrow(order);
  verifier.finish(confirmP);
  expect(() => verifier.finish(confirmP)).toThrow(order);
});

it('allows one guess: no second confirmation after a wrong one', () => {
  const prover = newProver();
  const verifier = newVerifier();
  const { shareV, confirmV } = verifier.respond(prover.share);
  const { confirmP } = prover.finish(shareV, confirmV);
  expect(() => verifier.finish(flip(confirmP, 0))).toThrow(errorWith('pairing.wrong-code'));
  expect(() => verifier.finish(confirmP)).toThrow(errorWith('protocol.order'));
});

it.each([
  ['zero', new Uint8Array(32)],
  ['the order', numberToBytesBE(p256.Point.Fn.ORDER, 32)],
  ['beyond the order', new Uint8Array(32).fill(0xff)],
  ['31 bytes', new Uint8Array(31).fill(1)],
])('refuses w0 and w1: %s', (_what, scalar) => {
  const refused = (make: () => unknown, name: string): void => {
    expect(make).toThrow(errorWith('crypto.invalid-input'));
    expect(make).toThrow(name); // it says which one
  };
  refused(() => newProver({ w0: scalar }), 'w0');
  refused(() => newProver({ w1: scalar }), 'w1');
  refused(() => newVerifier({ w0: scalar }), 'w0');
  refused(() => register({ w0: right.w0, w1: scalar }), 'w1');
});

it('keeps a record of its own', () => {
  const secrets = { w0: right.w0.slice(), w1: right.w1 };
  const { w0 } = register(secrets);
  secrets.w0.fill(0);
  expect(w0).toEqual(right.w0);
});

it('refuses randomness of the wrong length', () => {
  expect(() => newProver({ random: () => new Uint8Array(39) })).toThrow('random scalar');
});

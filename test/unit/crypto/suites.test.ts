import { describe, expect, it } from '@jest/globals';
import { defaultSuite, portableSuite } from '../../../lib/crypto/index.js';
import { nobleSuite } from '../../../lib/crypto/noble.js';
import { nodeSuite } from '../../../lib/crypto/node.js';
import type { ScryptCost } from '../../../lib/crypto/index.js';
import { utf8 } from '../../../lib/platform/bytes.js';
import { errorWith } from '../../support/errors.js';

const invalid = errorWith('crypto.invalid-input');
const bytes = (length: number, value = 1): Uint8Array => new Uint8Array(length).fill(value);
const message = utf8('unlock');

it('uses node:crypto by default', () => {
  expect(defaultSuite).toBe(nodeSuite);
  const suites = [nodeSuite, portableSuite, nobleSuite];
  expect(suites.map(({ name }) => name)).toEqual(['node', 'portable', 'noble']);
});

describe.each([nodeSuite, portableSuite, nobleSuite])('$name suite', (suite) => {
  const x25519 = suite.x25519KeyPair(bytes(32));
  const ed25519 = suite.ed25519KeyPair(bytes(32));

  it.each([0, 31, 33])('refuses keys of %i bytes', (length) => {
    const wrong = bytes(length);
    const wrongPair = { privateKey: wrong, publicKey: bytes(32) };
    expect(() => suite.x25519KeyPair(wrong)).toThrow(invalid);
    expect(() => suite.x25519(wrongPair, bytes(32, 9))).toThrow(invalid);
    expect(() => suite.x25519(x25519, wrong)).toThrow(invalid);
    expect(() => suite.ed25519KeyPair(wrong)).toThrow(invalid);
    expect(() => suite.ed25519Sign(wrongPair, message)).toThrow(invalid);
    expect(() => suite.seal(wrong, bytes(12), message, message)).toThrow(invalid);
    expect(() => suite.open(wrong, bytes(12), message, bytes(32))).toThrow(invalid);
  });

  it('says which input has a wrong length', () => {
    const short = bytes(31);
    const shortPair = { privateKey: short, publicKey: bytes(32) };
    const calls: [() => unknown, string][] = [
      [() => suite.x25519KeyPair(short), 'X25519 private key'],
      [() => suite.x25519(shortPair, bytes(32, 9)), 'X25519 private key'],
      [() => suite.x25519(x25519, short), 'X25519 public key'],
      [() => suite.seal(short, bytes(12), message, message), 'ChaCha20-Poly1305 key'],
      [() => suite.open(short, bytes(12), message, message), 'ChaCha20-Poly1305 key'],
    ];
    for (const [call, what] of calls) {
      expect(call).toThrow(`${what}: 32 bytes wanted, got 31`);
    }
    const nonce = 'ChaCha20-Poly1305 nonce: 12 bytes wanted, got 31';
    expect(() => suite.seal(bytes(32), short, message, message)).toThrow(nonce);
    expect(() => suite.open(bytes(32), short, message, message)).toThrow(nonce);
    const seed = /^Ed25519 (seed|private key): 32 bytes wanted, got 31$/;
    expect(() => suite.ed25519KeyPair(short)).toThrow(seed);
    expect(() => suite.ed25519Sign(shortPair, message)).toThrow(seed);
    expect(() => suite.hkdfSha512(message, message, message, -1)).toThrow('HKDF cannot give -1');
    expect(() => suite.x25519(x25519, bytes(32, 0))).toThrow('public key of small order');
  });

  it.each([0, 8, 11, 13, 24])('refuses a nonce of %i bytes', (length) => {
    expect(() => suite.seal(bytes(32), bytes(length), message, message)).toThrow(invalid);
    expect(() => suite.open(bytes(32), bytes(length), message, bytes(32))).toThrow(invalid);
  });

  it('says false, and does not throw, for a malformed Ed25519 key or signature', () => {
    const signature = suite.ed25519Sign(ed25519, message);
    expect(suite.ed25519Verify(ed25519.publicKey, message, signature)).toBe(true);
    for (const length of [0, 63, 65]) {
      const wrong = new Uint8Array(length);
      wrong.set(signature.subarray(0, length));
      expect(suite.ed25519Verify(ed25519.publicKey, message, wrong)).toBe(false);
    }
    for (const length of [0, 31, 33]) {
      expect(suite.ed25519Verify(bytes(length), message, signature)).toBe(false);
    }
    // y = 2 is not on the curve.
    const offCurve = bytes(32, 0);
    offCurve[0] = 2;
    expect(suite.ed25519Verify(offCurve, message, signature)).toBe(false);
  });

  it('does not open what is shorter than a tag', () => {
    for (let length = 0; length < 16; length++) {
      expect(suite.open(bytes(32), bytes(12), message, bytes(length))).toBeUndefined();
    }
    const empty = new Uint8Array(0);
    const tag = suite.seal(bytes(32), bytes(12), message, empty);
    expect(tag).toHaveLength(16);
    expect(suite.open(bytes(32), bytes(12), message, tag)).toEqual(empty);
  });

  it('gives HKDF output of 0 to 16,320 bytes', () => {
    const hkdf = (length: number): Uint8Array =>
      suite.hkdfSha512(message, message, message, length);
    const longest = hkdf(255 * 64);
    expect(longest).toHaveLength(255 * 64);
    expect(hkdf(65)).toEqual(longest.slice(0, 65));
    expect(hkdf(0)).toHaveLength(0);
    for (const length of [-1, 1.5, Number.NaN, 255 * 64 + 1]) {
      expect(() => hkdf(length)).toThrow(invalid);
    }
    // More info than node's own hkdfSync takes.
    expect(suite.hkdfSha512(message, message, bytes(2000), 10)).toHaveLength(10);
  });

  it('gives scrypt output of 1 to 65,536 bytes, and not for over 32 MiB of memory', () => {
    const cheap = { N: 2, r: 1, p: 1 };
    const scrypt = (cost: ScryptCost, length: number): Uint8Array =>
      suite.scrypt(message, message, cost, length);
    const longest = scrypt(cheap, 65_536);
    expect(longest).toHaveLength(65_536);
    expect(scrypt(cheap, 1)).toEqual(longest.slice(0, 1));
    for (const length of [-1, 0, 1.5, Number.NaN, 65_537]) {
      expect(() => scrypt(cheap, length)).toThrow(invalid);
    }
    const odd = [-2, 0, 1.5, Number.NaN, Infinity];
    for (const cost of [1, 3, ...odd].map((N) => ({ ...cheap, N }))) {
      expect(() => scrypt(cost, 32)).toThrow(invalid);
    }
    for (const value of odd) {
      expect(() => scrypt({ ...cheap, r: value }, 32)).toThrow(invalid);
      expect(() => scrypt({ ...cheap, p: value }, 32)).toThrow(invalid);
    }
    expect(() => scrypt({ N: 2 ** 15, r: 8, p: 1 }, 1)).toThrow(
      'scrypt cannot have N = 32768, r = 8, p = 1, 1 bytes',
    );
  });

  it('compares', () => {
    expect(suite.equal(bytes(16), bytes(16))).toBe(true);
    expect(suite.equal(bytes(0), bytes(0))).toBe(true);
    expect(suite.equal(bytes(16), bytes(15))).toBe(false);
    for (let i = 0; i < 16; i++) {
      const other = bytes(16);
      other[i] = 0;
      expect(suite.equal(bytes(16), other)).toBe(false);
    }
  });

  it('takes the private key of a pair and computes the public one itself', () => {
    const lying = { privateKey: bytes(32), publicKey: bytes(32, 5) };
    expect(suite.ed25519Sign(lying, message)).toEqual(suite.ed25519Sign(ed25519, message));
    const { publicKey } = suite.x25519KeyPair(bytes(32, 3));
    expect(suite.x25519(lying, publicKey)).toEqual(suite.x25519(x25519, publicKey));
  });

  it('prepares an HMAC key once, for any number of messages', () => {
    const secret = bytes(32);
    const hmac = suite.hmacSha512With(secret);
    const expected = [message, utf8('lock')].map((text) => suite.hmacSha512(secret, text));
    secret.fill(0);
    expect([hmac(message), hmac(utf8('lo'), utf8('ck'))]).toEqual(expected);
  });

  it('keeps its own copy of a private key', () => {
    const secret = bytes(32);
    const pair = suite.x25519KeyPair(secret);
    const signer = suite.ed25519KeyPair(secret);
    secret.fill(0);
    expect(pair.privateKey).toEqual(bytes(32));
    expect(signer.privateKey).toEqual(bytes(32));
  });

  it('makes key pairs of 32 bytes, the same of the same ones', () => {
    expect(suite.x25519KeyPair(bytes(32, 1))).toEqual(x25519);
    expect(suite.ed25519KeyPair(bytes(32, 1))).toEqual(ed25519);
    expect(() => suite.x25519KeyPair(bytes(31))).toThrow(invalid);
  });
});

it.each([0, 1, 127, 128, 129, 300])('all suites hash an HMAC key of %i bytes alike', (length) => {
  const [node, ...others] = [nodeSuite, portableSuite, nobleSuite].map((suite) =>
    suite.hmacSha512(bytes(length), message),
  );
  expect(others).toEqual([node, node]);
});

it('keeps what OpenSSL said about a weak key', () => {
  const pair = nodeSuite.x25519KeyPair(bytes(32));
  let cause: unknown;
  try {
    nodeSuite.x25519(pair, bytes(32, 0));
  } catch (error) {
    ({ cause } = error as Error);
  }
  expect(String(cause)).toMatch(/error/i);
});

import { describe, expect, it } from '@jest/globals';
import { createPrivateKey } from 'node:crypto';
import nacl from 'tweetnacl';
import {
  exportPublic,
  importPrivate,
  PRIVATE_KEY_IMPORTS,
  takes,
} from '../../../lib/crypto/node.js';

const secret = new Uint8Array(32).fill(7);
const publicKeys = {
  X25519: nacl.scalarMult.base(secret),
  Ed25519: nacl.sign.keyPair.fromSeed(secret).publicKey,
};

describe.each(['X25519', 'Ed25519'] as const)('a private key of %s', (curve) => {
  it('comes in, on this release of Node', () => {
    expect(exportPublic(importPrivate(curve, secret))).toEqual(publicKeys[curve]);
  });

  it('is the same by every way that this release takes', () => {
    const ways = Object.values(PRIVATE_KEY_IMPORTS).filter(takes);
    const keys = ways.map((way) => exportPublic(way(curve, secret)));
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(key).toEqual(publicKeys[curve]);
  });
});

it('has a way that every release takes', () => {
  expect(takes(PRIVATE_KEY_IMPORTS.pkcs8)).toBe(true);
});

it('takes no way that refuses, or that gives another public key', () => {
  const { pkcs8 } = PRIVATE_KEY_IMPORTS;
  expect(takes(() => createPrivateKey('no key'))).toBe(false);
  expect(takes((curve) => pkcs8(curve, secret))).toBe(false);
});

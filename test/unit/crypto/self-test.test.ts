import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { portableSuite } from '../../../lib/crypto/index.js';
import { nobleSuite } from '../../../lib/crypto/noble.js';
import { nodeSuite } from '../../../lib/crypto/node.js';
import { lacking, platformLacks, wholeSuite } from '../../../lib/crypto/self-test.js';
import type { Suite } from '../../../lib/crypto/suite.js';

it.each([nodeSuite, portableSuite, nobleSuite])('finds the $name suite whole', (suite) => {
  expect(lacking(suite)).toEqual([]);
  expect(wholeSuite(suite, () => portableSuite)).toBe(suite);
});

const WRONG = new Uint8Array(64);

describe('a suite of which a part', () => {
  it.each<[keyof Suite, string, () => unknown]>([
    ['x25519', 'X25519', () => WRONG],
    ['ed25519Sign', 'Ed25519', () => WRONG],
    ['ed25519Verify', 'verifying Ed25519', () => true],
    ['sha512', 'SHA-512', () => WRONG],
    ['hmacSha512', 'HMAC-SHA-512', () => WRONG],
    ['scrypt', 'scrypt', () => WRONG],
    ['seal', 'ChaCha20-Poly1305', () => WRONG],
    ['open', 'opening ChaCha20-Poly1305', () => WRONG],
    ['equal', 'constant-time comparison', () => true],
  ])('is missing, or gives something wrong, is not taken: %s', (part, primitive, wrong) => {
    const throwing = (): never => {
      throw new Error('not supported');
    };
    for (const [does, why] of [
      [throwing, 'not supported'],
      [wrong, 'its result is wrong'],
    ] as const) {
      const suite: Suite = { ...nodeSuite, [part]: does };
      expect(lacking(suite)).toContainEqual({ primitive, why });
      expect(wholeSuite(suite, () => portableSuite)).toBe(portableSuite);
      expect(platformLacks).toContainEqual({ primitive, why });
    }
    expect(wholeSuite(nodeSuite, () => portableSuite)).toBe(nodeSuite);
    expect(platformLacks).toEqual([]);
  });
});

/** A runtime that throws where this function of node:crypto is called with this, or does not have it at all. */
const RUNTIME = `
const crypto = require('node:crypto');
const [name, pattern] = process.env.LACKS.split(' ');
const whole = crypto[name];
crypto[name] = pattern === undefined ? undefined : (...given) => {
  if (new RegExp(pattern, 'i').test(JSON.stringify(given))) throw new Error('Unknown cipher');
  return whole(...given);
};
require('node:module').syncBuiltinESMExports();
Promise.all([import('./dist/lib/crypto/index.js'), import('./dist/lib/crypto/node-bundled.js')])
  .then((modules) => console.log(modules.map(({ defaultSuite }) => defaultSuite.name).join(' ')));
`;

it.each([
  ['createCipheriv chacha20', 'portable'],
  ['hash', 'portable'],
  ['diffieHellman', 'portable'],
  ['createCipheriv aes', 'node'],
])('in a runtime that lacks %s is %s', (lacks, name) => {
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', RUNTIME], {
    env: { ...process.env, LACKS: lacks },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout).toBe(`${name} ${name}\n`);
});

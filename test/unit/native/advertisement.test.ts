import { describe, expect, it } from '@jest/globals';
import { flip } from '../../../lab/flip.js';
import { portableSuite } from '../../../lib/crypto/index.js';
import { nodeSuite } from '../../../lib/crypto/node.js';
import { utf8 } from '../../../lib/platform/bytes.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { ROTATION_MS } from '../../../lib/car/endpoint.js';
import {
  advertisementIsFrom,
  advertisementKey,
  decodeAdvertisement,
  encodeAdvertisement,
} from '../../../lib/native/advertisement.js';

describe.each([nodeSuite, portableSuite])('advertisement ($name)', (suite) => {
  const key = advertisementKey(suite, new Uint8Array(32).fill(1));
  const stranger = advertisementKey(suite, new Uint8Array(32).fill(2));
  const make = (pairing: boolean): Uint8Array =>
    encodeAdvertisement(suite, key, pairing, seededRandom('nonce'));

  it('has 9 bytes: flags, nonce, hint', () => {
    for (const pairing of [false, true]) {
      const data = make(pairing);
      expect(data).toHaveLength(9);
      expect(data[0]).toBe(pairing ? 1 : 0);
      expect(data.subarray(1, 5)).toEqual(seededRandom('nonce')(4));
      expect(decodeAdvertisement(data)).toEqual({ pairing });
    }
  });

  it('resolves with the right key alone', () => {
    expect(advertisementIsFrom(suite, key, make(false))).toBe(true);
    expect(advertisementIsFrom(suite, stranger, make(false))).toBe(false);
  });

  it('does not resolve with any bit changed', () => {
    const data = make(true);
    for (let bit = 0; bit < data.length * 8; bit++) {
      expect(advertisementIsFrom(suite, key, flip(data, bit))).toBe(false);
    }
  });

  it('does not resolve with another length', () => {
    const data = make(false);
    expect(advertisementIsFrom(suite, key, data.subarray(0, 8))).toBe(false);
    expect(advertisementIsFrom(suite, key, Uint8Array.of(...data, 0))).toBe(false);
    expect(advertisementIsFrom(suite, key, new Uint8Array(0))).toBe(false);
  });

  it('shares no byte run between two nonces', () => {
    const random = seededRandom('two');
    const a = encodeAdvertisement(suite, key, false, random);
    const b = encodeAdvertisement(suite, key, false, random);
    expect(a.subarray(1, 5)).not.toEqual(b.subarray(1, 5));
    expect(a.subarray(5)).not.toEqual(b.subarray(5));
  });
});

it('is not of ours with unknown flags or another length', () => {
  expect(decodeAdvertisement(new Uint8Array(9).fill(0x02, 0, 1))).toBeUndefined();
  expect(decodeAdvertisement(new Uint8Array(9).fill(0x81, 0, 1))).toBeUndefined();
  expect(decodeAdvertisement(new Uint8Array(8))).toBeUndefined();
  expect(decodeAdvertisement(new Uint8Array(10))).toBeUndefined();
  expect(decodeAdvertisement(new Uint8Array(0))).toBeUndefined();
});

it('keeps a nonce for a quarter of an hour', () => {
  expect(ROTATION_MS).toBe(900_000);
});

it('derives its key as PROTOCOL.md has it', () => {
  const publicKey = new Uint8Array(32).fill(3);
  const info = utf8('phonekey v1 advertisement');
  const expected = nodeSuite.hkdfSha512(publicKey, new Uint8Array(0), info, 32);
  expect(advertisementKey(nodeSuite, publicKey)).toEqual(expected);
});

it('is the same in both suites', () => {
  const publicKey = new Uint8Array(32).fill(3);
  expect(advertisementKey(nodeSuite, publicKey)).toEqual(
    advertisementKey(portableSuite, publicKey),
  );
});

import { describe, expect, it } from '@jest/globals';
import { defaultSuite } from '../../../lib/crypto/index.js';
import { CipherState } from '../../../lib/noise/index.js';
import { utf8 } from '../../../lib/platform/bytes.js';
import { errorWith } from '../../support/errors.js';

const exhausted = errorWith('noise.nonce-exhausted');

const key = new Uint8Array(32).fill(7);
const ad = utf8('ad');
const message = utf8('unlock');
const pair = (): [CipherState, CipherState] => [
  new CipherState(defaultSuite, key),
  new CipherState(defaultSuite, key),
];

describe('CipherState', () => {
  it('encodes the nonce as 4 zero bytes and 8 bytes little-endian', () => {
    const [sender] = pair();
    sender.setNonce(0x0102n);
    const nonce = Uint8Array.of(0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0);
    expect(sender.encryptWithAd(ad, message)).toEqual(defaultSuite.seal(key, nonce, ad, message));
    nonce[4] = 3;
    expect(sender.encryptWithAd(ad, message)).toEqual(defaultSuite.seal(key, nonce, ad, message));
  });

  it('does not advance on a failed decryption', () => {
    const [sender, receiver] = pair();
    const first = sender.encryptWithAd(ad, message);
    const second = sender.encryptWithAd(ad, message);
    const refused = errorWith('protocol.authentication');
    expect(() => receiver.decryptWithAd(ad, second)).toThrow(refused);
    expect(() => receiver.decryptWithAd(utf8('other'), first)).toThrow(refused);
    expect(receiver.decryptWithAd(ad, first)).toEqual(message);
    expect(() => receiver.decryptWithAd(ad, first)).toThrow(refused);
    expect(receiver.decryptWithAd(ad, second)).toEqual(message);
  });

  it('refuses messages under 16 and over 65,535 bytes', () => {
    const [sender, receiver] = pair();
    const refused = errorWith('noise.message');
    for (let length = 0; length < 16; length++) {
      expect(() => receiver.decryptWithAd(ad, new Uint8Array(length))).toThrow(refused);
    }
    expect(() => receiver.decryptWithAd(ad, new Uint8Array(65536))).toThrow(refused);
    expect(() => sender.encryptWithAd(ad, new Uint8Array(65520))).toThrow(refused);
    const longest = sender.encryptWithAd(ad, new Uint8Array(65519));
    expect(longest).toHaveLength(65535);
    expect(receiver.decryptWithAd(ad, longest)).toHaveLength(65519);
  });

  it('stops before the reserved nonce 2^64 - 1', () => {
    const [sender, receiver] = pair();
    sender.setNonce(2n ** 64n - 2n);
    receiver.setNonce(2n ** 64n - 2n);
    const last = sender.encryptWithAd(ad, message);
    expect(receiver.decryptWithAd(ad, last)).toEqual(message);
    for (let i = 0; i < 2; i++) {
      expect(() => sender.encryptWithAd(ad, message)).toThrow(exhausted);
      expect(() => receiver.decryptWithAd(ad, last)).toThrow(exhausted);
    }
  });

  it.each([-1n, 2n ** 64n])('refuses the nonce %d', (nonce) => {
    const [sender] = pair();
    expect(() => {
      sender.setNonce(nonce);
    }).toThrow(errorWith('crypto.invalid-input'));
  });

  it('takes the first and the last nonce', () => {
    const [sender] = pair();
    sender.setNonce(5n);
    sender.setNonce(0n);
    expect(sender.encryptWithAd(ad, message)).toEqual(pair()[0].encryptWithAd(ad, message));
    sender.setNonce(2n ** 64n - 1n);
    expect(() => sender.encryptWithAd(ad, message)).toThrow(exhausted);
  });

  it('passes everything through, as a copy, while it has no key', () => {
    const state = new CipherState(defaultSuite);
    expect(state.hasKey()).toBe(false);
    const copy = state.encryptWithAd(ad, message);
    expect(copy).toEqual(message);
    expect(copy).not.toBe(message);
    const back = state.decryptWithAd(ad, copy);
    expect(back).toEqual(message);
    expect(back).not.toBe(copy);
    expect(new CipherState(defaultSuite, key).hasKey()).toBe(true);
  });
});

import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { scrypt } from '@noble/hashes/scrypt.js';
import { requireLength, requireScrypt } from './common.js';
import type { Suite } from './suite.js';

/** What the suites without node:crypto have in common: @noble's scrypt and AEAD. */
export const nobleSymmetric: Pick<Suite, 'scrypt' | 'seal' | 'open'> = {
  scrypt(password, salt, cost, length) {
    requireScrypt(cost, length);
    return scrypt(password, salt, { ...cost, dkLen: length });
  },

  seal(key, nonce, aad, plaintext) {
    requireLength('ChaCha20-Poly1305 key', key, 32);
    requireLength('ChaCha20-Poly1305 nonce', nonce, 12);
    return chacha20poly1305(key, nonce, aad).encrypt(plaintext);
  },

  open(key, nonce, aad, ciphertext) {
    requireLength('ChaCha20-Poly1305 key', key, 32);
    requireLength('ChaCha20-Poly1305 nonce', nonce, 12);
    if (ciphertext.length < 16) return undefined;
    try {
      return chacha20poly1305(key, nonce, aad).decrypt(ciphertext);
    } catch {
      return undefined;
    }
  },
};

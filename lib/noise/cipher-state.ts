import type { Suite } from '../crypto/suite.js';
import { PhoneKeyError } from '../errors.js';

/** Largest Noise message in bytes, Noise revision 34 section 3. */
export const MAX_MESSAGE = 65535;
/** Bytes that the authentication tag adds to a plaintext. */
export const TAG_LENGTH = 16;

/** 2^64 - 1 is reserved for rekeying and never used on a message. */
const MAX_NONCE = 2n ** 64n - 1n;

/** CipherState, Noise revision 34 section 5.1, with ChaChaPoly. */
export class CipherState {
  readonly #suite: Suite;
  #key: Uint8Array | undefined;
  #nonce = 0n;

  constructor(suite: Suite, key?: Uint8Array) {
    this.#suite = suite;
    this.initializeKey(key);
  }

  /** A 32-byte key, or undefined for none; the nonce becomes 0. */
  initializeKey(key: Uint8Array | undefined): void {
    this.#key = key;
    this.#nonce = 0n;
  }

  hasKey(): boolean {
    return this.#key !== undefined;
  }

  /** For transports that carry the nonce with the message; 0 to 2^64 - 1. */
  setNonce(nonce: bigint): void {
    if (nonce < 0n || nonce > MAX_NONCE) {
      throw new PhoneKeyError('crypto.invalid-input', 'nonce is not a 64-bit number');
    }
    this.#nonce = nonce;
  }

  /**
   * Ciphertext and 16-byte tag; the plaintext itself while there is no key.
   * @throws PhoneKeyError `noise.message` over 65,519 bytes, `noise.nonce-exhausted`
   */
  encryptWithAd(ad: Uint8Array, plaintext: Uint8Array): Uint8Array {
    if (this.#key === undefined) return plaintext.slice();
    if (plaintext.length > MAX_MESSAGE - TAG_LENGTH) {
      throw new PhoneKeyError('noise.message', 'plaintext too long for a Noise message');
    }
    const ciphertext = this.#suite.seal(this.#key, this.#encodedNonce(), ad, plaintext);
    this.#nonce++;
    return ciphertext;
  }

  /**
   * Undoes encryptWithAd. The nonce advances only when the tag is right.
   * @throws PhoneKeyError `protocol.authentication`, `noise.message` under 16 or over 65,535 bytes,
   *   `noise.nonce-exhausted`
   */
  decryptWithAd(ad: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    if (this.#key === undefined) return ciphertext.slice();
    if (ciphertext.length < TAG_LENGTH || ciphertext.length > MAX_MESSAGE) {
      throw new PhoneKeyError('noise.message', 'a Noise message is too short or too long');
    }
    const plaintext = this.#suite.open(this.#key, this.#encodedNonce(), ad, ciphertext);
    if (plaintext === undefined) {
      throw new PhoneKeyError('protocol.authentication', 'message does not authenticate');
    }
    this.#nonce++;
    return plaintext;
  }

  /** 4 zero bytes, then the nonce in little-endian (section 12.3). */
  #encodedNonce(): Uint8Array {
    if (this.#nonce === MAX_NONCE) {
      throw new PhoneKeyError('noise.nonce-exhausted', 'all nonces of this key are used up');
    }
    const encoded = new Uint8Array(12);
    new DataView(encoded.buffer).setBigUint64(4, this.#nonce, true);
    return encoded;
  }
}

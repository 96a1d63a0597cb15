import type { Suite } from '../crypto/suite.js';
import { utf8 } from '../platform/bytes.js';
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
  readonly #key: Uint8Array | undefined;
  #nonce = 0n;

  /** @param key 32 bytes, or undefined for none */
  constructor(suite: Suite, key?: Uint8Array) {
    this.#suite = suite;
    this.#key = key;
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

const HASH_LENGTH = 64;
const KEY_LENGTH = 32;
const EMPTY = new Uint8Array(0);

/**
 * Is given a copy of each cipher key at the moment it comes to be: those of the handshake in the order of
 * its tokens, then the two of the transport, the initiator's first. Meant for a key log: who is given
 * these reads this one conversation. Must not throw.
 */
export type KeyObserver = (key: Uint8Array) => void;

/** SymmetricState, Noise revision 34 section 5.2, with SHA512. */
export class SymmetricState {
  readonly #suite: Suite;
  #cipher: CipherState;
  readonly #onKey: KeyObserver | undefined;
  #chainingKey: Uint8Array;
  #hash: Uint8Array;

  constructor(suite: Suite, protocolName: string, onKey?: KeyObserver) {
    const name = utf8(protocolName);
    this.#suite = suite;
    this.#onKey = onKey;
    this.#cipher = new CipherState(suite);
    if (name.length <= HASH_LENGTH) {
      this.#hash = new Uint8Array(HASH_LENGTH);
      this.#hash.set(name);
    } else {
      this.#hash = suite.sha512(name);
    }
    this.#chainingKey = this.#hash;
  }

  mixKey(inputKeyMaterial: Uint8Array): void {
    const [chainingKey, key] = this.#hkdf(inputKeyMaterial);
    this.#chainingKey = chainingKey;
    this.#cipher = this.#cipherOf(key);
  }

  /** For a pre-shared key, section 9.2. */
  mixKeyAndHash(inputKeyMaterial: Uint8Array): void {
    const [chainingKey, hash, key] = this.#hkdf(inputKeyMaterial, 3);
    this.#chainingKey = chainingKey;
    this.mixHash(hash);
    this.#cipher = this.#cipherOf(key);
  }

  mixHash(data: Uint8Array): void {
    this.#hash = this.#suite.sha512(this.#hash, data);
  }

  /** True once a key is mixed in: encryptAndHash adds 16 bytes from now on. */
  hasKey(): boolean {
    return this.#cipher.hasKey();
  }

  /** The 64-byte handshake hash h. */
  getHandshakeHash(): Uint8Array {
    return this.#hash.slice();
  }

  encryptAndHash(plaintext: Uint8Array): Uint8Array {
    const ciphertext = this.#cipher.encryptWithAd(this.#hash, plaintext);
    this.mixHash(ciphertext);
    return ciphertext;
  }

  decryptAndHash(ciphertext: Uint8Array): Uint8Array {
    const plaintext = this.#cipher.decryptWithAd(this.#hash, ciphertext);
    this.mixHash(ciphertext);
    return plaintext;
  }

  /** First the cipher of initiator to responder, then the other direction. */
  split(): [CipherState, CipherState] {
    const [first, second] = this.#hkdf(EMPTY);
    return [this.#cipherOf(first), this.#cipherOf(second)];
  }

  /** HASHLEN is 64, so that keys are cut (section 5.2). */
  #cipherOf(output: Uint8Array): CipherState {
    this.#onKey?.(output.slice(0, KEY_LENGTH));
    return new CipherState(this.#suite, output.slice(0, KEY_LENGTH));
  }

  /** The HKDF of section 4.3: RFC 5869 with the chaining key as salt, no info. */
  #hkdf(ikm: Uint8Array, outputs = 2): [Uint8Array, Uint8Array, Uint8Array] {
    const length = outputs * HASH_LENGTH;
    const all = this.#suite.hkdfSha512(ikm, this.#chainingKey, EMPTY, length);
    const output = (index: number): Uint8Array =>
      all.slice(index * HASH_LENGTH, (index + 1) * HASH_LENGTH);
    return [output(0), output(1), output(2)];
  }
}

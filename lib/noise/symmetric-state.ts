import type { Suite } from '../crypto/suite.js';
import { utf8 } from '../platform/bytes.js';
import { CipherState } from './cipher-state.js';

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
  readonly #cipher: CipherState;
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
    this.#cipher.initializeKey(this.#cipherKey(key));
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
    return [
      new CipherState(this.#suite, this.#cipherKey(first)),
      new CipherState(this.#suite, this.#cipherKey(second)),
    ];
  }

  /** HASHLEN is 64, so that keys are cut (section 5.2). */
  #cipherKey(output: Uint8Array): Uint8Array {
    this.#onKey?.(output.slice(0, KEY_LENGTH));
    return output.slice(0, KEY_LENGTH);
  }

  /** The HKDF of section 4.3 with two outputs: RFC 5869 with the chaining key as salt, no info. */
  #hkdf(inputKeyMaterial: Uint8Array): [Uint8Array, Uint8Array] {
    const output = this.#suite.hkdfSha512(
      inputKeyMaterial,
      this.#chainingKey,
      EMPTY,
      2 * HASH_LENGTH,
    );
    return [output.slice(0, HASH_LENGTH), output.slice(HASH_LENGTH)];
  }
}

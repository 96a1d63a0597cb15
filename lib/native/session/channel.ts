import type { CipherState } from '../../noise/cipher-state.js';

const NO_AD = new Uint8Array(0);

/**
 * What both sides hold after the handshake: two CipherStates with implicit counters (Noise, section
 * 5.1). A link delivers in order, so a message out of order does not open.
 */
export class SealedChannel {
  readonly #send: CipherState;
  readonly #receive: CipherState;

  constructor(ciphers: { readonly send: CipherState; readonly receive: CipherState }) {
    this.#send = ciphers.send;
    this.#receive = ciphers.receive;
  }

  /** Ciphertext, 16 bytes longer than the plaintext. */
  seal(plaintext: Uint8Array): Uint8Array {
    return this.#send.encryptWithAd(NO_AD, plaintext);
  }

  /** @throws PhoneKeyError `protocol.authentication` */
  open(ciphertext: Uint8Array): Uint8Array {
    return this.#receive.decryptWithAd(NO_AD, ciphertext);
  }
}

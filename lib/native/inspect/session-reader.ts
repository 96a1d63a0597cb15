import type { Suite } from '../../crypto/suite.js';
import { PhoneKeyError } from '../../errors.js';
import { CipherState } from '../../noise/symmetric-state.js';
import type { SessionKeys } from '../session/common.js';
import type { MessageDirection } from '../../link/message-link.js';

const EPHEMERAL = 32;
/** The encrypted public key: 32 bytes and a tag. */
const IDENTITY = 48;
const NO_AD = new Uint8Array(0);

/** Opens the sealed parts of one session with its logged keys. Undefined for what they do not open. */
export class SessionReader {
  readonly #suite: Suite;
  readonly #keys: SessionKeys;

  constructor(suite: Suite, keys: SessionKeys) {
    this.#suite = suite;
    this.#keys = keys;
  }

  /**
   * Who proved to be somebody, and the encoded Command that came with it. Every ciphertext is bound to
   * the transcript before it (Noise, section 5.2), which is rebuilt here.
   * @param handshake of the Proof, at least 96 bytes
   */
  openProof(
    handshake: Uint8Array,
  ): { readonly phonePublicKey: Uint8Array; readonly command: Uint8Array } | undefined {
    const identity = handshake.subarray(EPHEMERAL, EPHEMERAL + IDENTITY);
    const { transcript, identityKey, commandKey } = this.#keys;
    const before = this.#suite.sha512(transcript, handshake.subarray(0, EPHEMERAL));
    const phonePublicKey = this.#open(identityKey, 0, before, identity);
    if (phonePublicKey === undefined) return undefined;
    const after = this.#suite.sha512(before, identity);
    const command = this.#open(commandKey, 0, after, handshake.subarray(EPHEMERAL + IDENTITY));
    return command && { phonePublicKey, command };
  }

  /**
   * An encoded Command or Result.
   * @param nonce how many sealed messages went this way before in this session
   */
  openSealed(
    direction: MessageDirection,
    nonce: number,
    ciphertext: Uint8Array,
  ): Uint8Array | undefined {
    const { toCarKey, fromCarKey } = this.#keys;
    return this.#open(direction === 'to-car' ? toCarKey : fromCarKey, nonce, NO_AD, ciphertext);
  }

  #open(
    key: Uint8Array,
    nonce: number,
    ad: Uint8Array,
    ciphertext: Uint8Array,
  ): Uint8Array | undefined {
    const cipher = new CipherState(this.#suite, key);
    cipher.setNonce(BigInt(nonce));
    try {
      return cipher.decryptWithAd(ad, ciphertext);
    } catch (error) {
      if (error instanceof PhoneKeyError) return undefined;
      throw error;
    }
  }
}

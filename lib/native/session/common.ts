import type { CipherState, KeyObserver } from '../../noise/symmetric-state.js';
import type { Suite } from '../../crypto/suite.js';
import { utf8 } from '../../platform/bytes.js';
import { LENGTH } from '../codec.js';
import { nativeProfile, PROTOCOL_VERSION } from '../profile.js';

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

/** Binds protocol name, version and GATT service into every handshake; see docs/PROTOCOL.md, section 5. */
export const PROLOGUE: Uint8Array = utf8(
  `phonekey v${String(PROTOCOL_VERSION)} ${nativeProfile.service}`,
);

/** The 32-byte key of the Proof's tag. The car's public key is never sent in clear. */
export const proofTagKey = (suite: Suite, carPublicKey: Uint8Array): Uint8Array =>
  suite.hkdfSha512(carPublicKey, new Uint8Array(0), utf8('phonekey v1 proof tag'), 32);

/**
 * Gives the 16-byte tag that is checked before any Diffie-Hellman: it binds the response to this
 * challenge and costs one HMAC, so that junk and replays are cheap to refuse.
 */
export type ProofTag = (challenge: Uint8Array, handshake: Uint8Array) => Uint8Array;

export const proofTagWith = (suite: Suite, tagKey: Uint8Array): ProofTag => {
  const hmac = suite.hmacSha512With(tagKey);
  return (challenge, handshake) => hmac(challenge, handshake).slice(0, LENGTH.proofTag);
};

/**
 * What opens the sealed messages of one session to whoever recorded them, and nothing else: no other
 * session, no long-term key. The ephemeral keys die with the handshake, so that nobody, not even the
 * owner of both static keys, could open a recording without this; that is forward secrecy, and why a
 * key log exists at all (compare SSLKEYLOGFILE of TLS).
 */
export interface SessionKeys {
  /** The handshake field of the Hello, 32 bytes: says which session this is. */
  readonly challenge: Uint8Array;
  /** The hash of the handshake after the Hello, 64 bytes: not secret, but made with the car's key. */
  readonly transcript: Uint8Array;
  /** 32 bytes: encrypts the phone's public key in the Proof. */
  readonly identityKey: Uint8Array;
  /** 32 bytes: encrypts the command in the Proof. */
  readonly commandKey: Uint8Array;
  /** 32 bytes: sealed commands after the Proof. */
  readonly toCarKey: Uint8Array;
  /** 32 bytes: sealed results. */
  readonly fromCarKey: Uint8Array;
}

/** Must not throw. Asked for by somebody who wants to read along; see `SessionKeys`. */
export type OnSessionKeys = (keys: SessionKeys) => void;

/** Collects the keys of one handshake of ours (Noise KX) and gives them away once it is complete. */
export class SessionKeyTap {
  readonly onKey: KeyObserver = (key) => this.#keys.push(key);
  readonly #onSessionKeys: OnSessionKeys;
  readonly #keys: Uint8Array[] = [];
  #hello: Pick<SessionKeys, 'challenge' | 'transcript'> | undefined;

  constructor(onSessionKeys: OnSessionKeys) {
    this.#onSessionKeys = onSessionKeys;
  }

  /** After the first message. */
  hello(challenge: Uint8Array, transcript: Uint8Array): void {
    this.#hello = { challenge: challenge.slice(), transcript };
  }

  /** After the split. */
  complete(): void {
    // The second message keys the cipher by ee, se and es; nothing is encrypted before se.
    const [, identityKey, commandKey, fromCarKey, toCarKey] = this.#keys;
    if (this.#hello && identityKey && commandKey && fromCarKey && toCarKey) {
      this.#onSessionKeys({ ...this.#hello, identityKey, commandKey, toCarKey, fromCarKey });
    }
  }
}

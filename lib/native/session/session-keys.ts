import type { KeyObserver } from '../../noise/symmetric-state.js';

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

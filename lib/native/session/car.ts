import type { KeyPair, Suite } from '../../crypto/suite.js';
import { PhoneKeyError } from '../../errors.js';
import { HandshakeState, PATTERNS } from '../../noise/handshake-state.js';
import type { Random } from '../../platform/random.js';
import { PROLOGUE, proofTagKey, proofTagWith, SealedChannel, SessionKeyTap } from './common.js';
import type { OnSessionKeys, ProofTag } from './common.js';
import { isFresh } from './freshness.js';

/** The car's side of one session: Noise KX, the car initiates. Its mirror is phone.ts. */

export interface CarSecrets {
  /** X25519; the public key is the car's identity. */
  readonly identity: KeyPair;
  /** Its key is prepared once, because every proof needs it. */
  readonly proofTag: ProofTag;
}

export const carSecrets = (suite: Suite, identity: KeyPair): CarSecrets => ({
  identity,
  proofTag: proofTagWith(suite, proofTagKey(suite, identity.publicKey)),
});

export interface VerifiedProof {
  /** X25519, 32 bytes: who answered. Whether this key is enrolled is the caller's question. */
  readonly phonePublicKey: Uint8Array;
  /** The encoded Command that came with the answer. */
  readonly command: Uint8Array;
  readonly channel: SealedChannel;
}

export interface ChallengeOptions {
  /** Is given the keys of the session that a valid proof begins, for a key log. */
  readonly onSessionKeys?: OnSessionKeys | undefined;
}

/** A fresh challenge. Good for one proof, right or wrong, until it expires. */
export class Challenge {
  /** The handshake field of the Hello, 32 bytes. */
  readonly bytes: Uint8Array;
  readonly #suite: Suite;
  readonly #secrets: CarSecrets;
  readonly #noise: HandshakeState;
  readonly #madeAt: number;
  readonly #keyTap: SessionKeyTap | undefined;
  #used = false;

  /** @param now milliseconds on the car's monotonic clock */
  constructor(
    suite: Suite,
    random: Random,
    secrets: CarSecrets,
    now: number,
    { onSessionKeys }: ChallengeOptions = {},
  ) {
    this.#suite = suite;
    this.#secrets = secrets;
    this.#madeAt = now;
    this.#keyTap = onSessionKeys && new SessionKeyTap(onSessionKeys);
    this.#noise = new HandshakeState(suite, PATTERNS.KX, {
      initiator: true,
      prologue: PROLOGUE,
      s: secrets.identity,
      random,
      onKey: this.#keyTap?.onKey,
    });
    this.bytes = this.#noise.writeMessage(new Uint8Array(0));
    this.#keyTap?.hello(this.bytes, this.#noise.handshakeHash);
  }

  /**
   * Checks a proof: first the clock, then the keyed tag, and only then three Diffie-Hellman.
   * Undefined for every proof that is not valid, whatever the reason.
   */
  verify(handshake: Uint8Array, tag: Uint8Array, now: number): VerifiedProof | undefined {
    if (this.#used) return undefined;
    this.#used = true;
    if (!isFresh(this.#madeAt, now)) return undefined;
    const expected = this.#secrets.proofTag(this.bytes, handshake);
    if (!this.#suite.equal(expected, tag)) return undefined;
    try {
      const command = this.#noise.readMessage(handshake);
      const phonePublicKey = this.#noise.rs;
      if (phonePublicKey === undefined) return undefined;
      const channel = new SealedChannel(this.#noise.split());
      this.#keyTap?.complete();
      return { phonePublicKey, command, channel };
    } catch (error) {
      if (error instanceof PhoneKeyError) return undefined;
      throw error;
    }
  }
}

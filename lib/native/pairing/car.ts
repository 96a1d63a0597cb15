import type { Applicant } from '../../credentials/key-slot.js';
import type { KeyPair, Suite } from '../../crypto/suite.js';
import type { Enrolment } from '../../domain/outcomes.js';
import type { PairingRefusal } from '../../domain/refusals.js';
import { PhoneKeyError } from '../../errors.js';
import type { HandshakeState } from '../../noise/handshake-state.js';
import type { Random } from '../../platform/random.js';
import { decodePhoneIdentity, encodeCarIdentity, encodeEnrolment } from '../codec.js';
import type { CarIdentity } from '../codec.js';
import { SealedChannel } from '../session/common.js';
import { Spake2PlusVerifier } from './spake2plus.js';
import {
  ID_PROVER,
  ID_VERIFIER,
  inOrder,
  pairingContext,
  pairingHandshake,
  signedInPairing,
} from './transcript.js';

/** The car's side of a pairing, one call per message. Its mirror is phone.ts. */
export class CarPairing {
  readonly #suite: Suite;
  readonly #random: Random;
  readonly #verifier: Spake2PlusVerifier;
  #knewCode = false;
  #noise: HandshakeState | undefined;
  /** Of the handshake, after the offer. */
  #transcript: Uint8Array | undefined;
  #channel: SealedChannel | undefined;

  /**
   * @param registration of the code on the screen
   * @param challenge the handshake field of the Hello on this link, 32 bytes
   */
  constructor(
    suite: Suite,
    random: Random,
    registration: { readonly w0: Uint8Array; readonly L: Uint8Array },
    challenge: Uint8Array,
  ) {
    this.#suite = suite;
    this.#random = random;
    this.#verifier = new Spake2PlusVerifier({
      ...registration,
      context: pairingContext(challenge),
      idProver: ID_PROVER,
      idVerifier: ID_VERIFIER,
      random,
      suite,
    });
  }

  /** Whether the phone has shown that it knew the code. */
  get knewCode(): boolean {
    return this.#knewCode;
  }

  /**
   * Takes PairStart, gives PairShare. Count the try before sending it: confirmV tells the phone
   * whether its code was right.
   * @throws PhoneKeyError `protocol.malformed`
   */
  respond(share: Uint8Array): { readonly share: Uint8Array; readonly confirm: Uint8Array } {
    const { shareV, confirmV } = this.#verifier.respond(share);
    return { share: shareV, confirm: confirmV };
  }

  /**
   * Takes PairConfirm: the phone knew the code, and the key of SPAKE2+ is used from here on.
   * @param handshake the first message of Noise, 48 bytes
   * @param identity the car's, X25519
   * @throws PhoneKeyError `pairing.wrong-code`, `protocol.authentication`
   */
  verify(confirm: Uint8Array, handshake: Uint8Array, identity: KeyPair): void {
    const sharedKey = this.#verifier.finish(confirm);
    this.#knewCode = true;
    const noise = pairingHandshake(this.#suite, this.#random, 'car', sharedKey, identity);
    noise.readMessage(handshake);
    this.#noise = noise;
  }

  /** For PairOffer: proves who this car is, and says what the window gives. */
  offer(identity: CarIdentity): Uint8Array {
    const noise = inOrder(this.#noise);
    const offer = noise.writeMessage(encodeCarIdentity(identity));
    this.#transcript = noise.handshakeHash;
    return offer;
  }

  /**
   * Takes PairCommit: the phone has saved who we are, and has both of these keys.
   * @throws PhoneKeyError `protocol.authentication`, `protocol.malformed`, `crypto.weak-key`
   */
  openCommit(commit: Uint8Array): Applicant {
    const transcript = inOrder(this.#transcript);
    const noise = inOrder(this.#noise);
    const { signature, ...identity } = decodePhoneIdentity(noise.readMessage(commit));
    const publicKey = inOrder(noise.rs);
    const signed = signedInPairing(transcript, publicKey);
    if (!this.#suite.ed25519Verify(identity.signingKey, signed, signature)) {
      throw new PhoneKeyError('protocol.authentication', 'the signing key is not proved');
    }
    this.#channel = new SealedChannel(noise.split());
    return { publicKey, ...identity };
  }

  /** For PairDone: once the key is durable, or when it could not be enrolled after all. */
  done(enrolment: Enrolment | PairingRefusal): Uint8Array {
    return inOrder(this.#channel).seal(encodeEnrolment(enrolment));
  }
}

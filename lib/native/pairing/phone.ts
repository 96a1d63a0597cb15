import type { PhoneIdentity } from '../../credentials/key-slot.js';
import type { KeyPair, Suite } from '../../crypto/suite.js';
import type { Enrolment } from '../../domain/outcomes.js';
import type { PairingRefusal } from '../../domain/refusals.js';
import type { HandshakeState } from '../../noise/handshake-state.js';
import type { Random } from '../../platform/random.js';
import { decodeCarIdentity, decodeEnrolment, encodePhoneIdentity } from '../codec.js';
import type { CarIdentity } from '../codec.js';
import { SealedChannel } from '../session/common.js';
import { Spake2PlusProver } from './spake2plus.js';
import type { ProverSecrets } from './spake2plus.js';
import {
  ID_PROVER,
  ID_VERIFIER,
  inOrder,
  pairingContext,
  pairingHandshake,
  signedInPairing,
} from './transcript.js';

/** Both key pairs of a phone: the one that opens, and the one that signs. */
export interface PhoneKeys {
  /** X25519. */
  readonly identity: KeyPair;
  /** Ed25519. */
  readonly signing: KeyPair;
}

/** The phone's side of a pairing, one call per message. Its mirror is car.ts. */
export class PhonePairing {
  readonly #suite: Suite;
  readonly #random: Random;
  readonly #prover: Spake2PlusProver;
  #noise: HandshakeState | undefined;
  #identity: KeyPair | undefined;
  #channel: SealedChannel | undefined;

  /**
   * @param secrets of the code: `pairingSecrets`
   * @param challenge the handshake field of the Hello on this link, 32 bytes
   */
  constructor(suite: Suite, random: Random, secrets: ProverSecrets, challenge: Uint8Array) {
    this.#suite = suite;
    this.#random = random;
    this.#prover = new Spake2PlusProver({
      ...secrets,
      context: pairingContext(challenge),
      idProver: ID_PROVER,
      idVerifier: ID_VERIFIER,
      random,
      suite,
    });
  }

  /** For PairStart: shareP, 65 bytes. */
  get share(): Uint8Array {
    return this.#prover.share;
  }

  /**
   * Takes PairShare, gives PairConfirm: confirmP, 32 bytes, and the first message of Noise, 48 bytes.
   * @throws PhoneKeyError `pairing.wrong-code`, `protocol.malformed`
   */
  confirm(
    share: Uint8Array,
    confirm: Uint8Array,
  ): { readonly confirm: Uint8Array; readonly handshake: Uint8Array } {
    const { confirmP, sharedKey } = this.#prover.finish(share, confirm);
    const own = (): KeyPair => inOrder(this.#identity);
    this.#noise = pairingHandshake(this.#suite, this.#random, 'phone', sharedKey, own);
    return { confirm: confirmP, handshake: this.#noise.writeMessage(new Uint8Array(0)) };
  }

  /**
   * Takes PairOffer: the car has the private key of the public key (X25519, 32 bytes) that this gives.
   * @throws PhoneKeyError `protocol.authentication`, `protocol.malformed`, `noise.message`, `crypto.weak-key`
   */
  openOffer(offer: Uint8Array): CarIdentity & { readonly publicKey: Uint8Array } {
    const noise = inOrder(this.#noise);
    const identity = decodeCarIdentity(noise.readMessage(offer));
    return { ...identity, publicKey: inOrder(noise.rs) };
  }

  /**
   * For PairCommit: proves that both keys are of this phone. Save the car before sending it: from here on it
   * may have enrolled us.
   */
  commit(
    { identity, signing }: PhoneKeys,
    called: Pick<PhoneIdentity, 'name' | 'formFactor'>,
  ): Uint8Array {
    const noise = inOrder(this.#noise);
    this.#identity = identity;
    const signed = signedInPairing(noise.handshakeHash, identity.publicKey);
    const commit = noise.writeMessage(
      encodePhoneIdentity({
        signingKey: signing.publicKey,
        signature: this.#suite.ed25519Sign(signing, signed),
        ...called,
      }),
    );
    this.#channel = new SealedChannel(noise.split());
    return commit;
  }

  /** Takes PairDone. @throws PhoneKeyError `protocol.authentication`, `protocol.malformed` */
  openDone(sealed: Uint8Array): Enrolment | PairingRefusal {
    return decodeEnrolment(inOrder(this.#channel).open(sealed));
  }
}

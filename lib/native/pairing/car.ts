import type { PhoneIdentity } from '../../credentials/key-slot.js';
import type { Suite } from '../../crypto/suite.js';
import type { Random } from '../../platform/random.js';
import type { SealedChannel } from '../session/common.js';
import { decodePhoneIdentity, encodeCarIdentity, encodeEnrolment } from '../codec.js';
import type { Enrolment } from '../codec.js';
import {
  ID_PROVER,
  ID_VERIFIER,
  outOfOrder,
  pairingChannel,
  pairingContext,
} from './transcript.js';
import { Spake2PlusVerifier } from './spake2plus.js';

/** The car's side of a pairing, one call per message. Its mirror is phone.ts. */
export class CarPairing {
  readonly #suite: Suite;
  readonly #verifier: Spake2PlusVerifier;
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
    this.#verifier = new Spake2PlusVerifier({
      ...registration,
      context: pairingContext(challenge),
      idProver: ID_PROVER,
      idVerifier: ID_VERIFIER,
      random,
      suite,
    });
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

  /** Takes PairConfirm: the phone knew the code. @throws PhoneKeyError `pairing.wrong-code` */
  verify(confirm: Uint8Array): void {
    this.#channel = pairingChannel(this.#suite, this.#verifier.finish(confirm), 'car');
  }

  /** For PairOffer: who this car is. */
  offer(publicKey: Uint8Array, name: string): Uint8Array {
    return this.#established().seal(encodeCarIdentity({ publicKey, name }));
  }

  /**
   * Takes PairCommit: the phone has saved who we are, and these are its keys.
   * @throws PhoneKeyError `protocol.authentication`, `protocol.malformed`
   */
  openCommit(sealed: Uint8Array): PhoneIdentity {
    return decodePhoneIdentity(this.#established().open(sealed));
  }

  /** For PairDone: once the key is durable, or when it could not be enrolled after all. */
  done(enrolment: Enrolment): Uint8Array {
    return this.#established().seal(encodeEnrolment(enrolment));
  }

  #established(): SealedChannel {
    if (this.#channel === undefined) throw outOfOrder();
    return this.#channel;
  }
}

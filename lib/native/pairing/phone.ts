import type { PhoneIdentity } from '../../credentials/key-slot.js';
import type { Suite } from '../../crypto/suite.js';
import type { Random } from '../../platform/random.js';
import type { SealedChannel } from '../session/common.js';
import { decodeCarIdentity, decodeEnrolment, encodePhoneIdentity } from '../codec.js';
import type { Enrolment } from '../codec.js';
import type { CarIdentity } from '../schema/gen/phonekey.js';
import {
  ID_PROVER,
  ID_VERIFIER,
  outOfOrder,
  pairingChannel,
  pairingContext,
  pairingSecrets,
} from './transcript.js';
import { Spake2PlusProver } from './spake2plus.js';

/** The phone's side of a pairing, one call per message. Its mirror is car.ts. */
export class PhonePairing {
  readonly #suite: Suite;
  readonly #prover: Spake2PlusProver;
  #channel: SealedChannel | undefined;

  /** @param challenge the handshake field of the Hello on this link, 32 bytes */
  constructor(suite: Suite, random: Random, code: string, challenge: Uint8Array) {
    this.#suite = suite;
    this.#prover = new Spake2PlusProver({
      ...pairingSecrets(code, suite),
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
   * Takes PairShare, gives the confirmation for PairConfirm: confirmP, 32 bytes.
   * @throws PhoneKeyError `pairing.wrong-code`, `protocol.malformed`
   */
  confirm(share: Uint8Array, confirm: Uint8Array): Uint8Array {
    const { confirmP, sharedKey } = this.#prover.finish(share, confirm);
    this.#channel = pairingChannel(this.#suite, sharedKey, 'phone');
    return confirmP;
  }

  /** Takes PairOffer. @throws PhoneKeyError `protocol.authentication`, `protocol.malformed` */
  openOffer(sealed: Uint8Array): CarIdentity {
    return decodeCarIdentity(this.#open(sealed));
  }

  /** For PairCommit. Save the car before sending it: from here on the car may have enrolled us. */
  commit(identity: PhoneIdentity): Uint8Array {
    return this.#established().seal(encodePhoneIdentity(identity));
  }

  /** Takes PairDone. @throws PhoneKeyError `protocol.authentication`, `protocol.malformed` */
  openDone(sealed: Uint8Array): Enrolment {
    return decodeEnrolment(this.#open(sealed));
  }

  #open(sealed: Uint8Array): Uint8Array {
    return this.#established().open(sealed);
  }

  #established(): SealedChannel {
    if (this.#channel === undefined) throw outOfOrder();
    return this.#channel;
  }
}

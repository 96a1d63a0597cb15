import type { Suite } from '../../crypto/suite.js';
import { HandshakeState, PATTERNS } from '../../noise/handshake-state.js';
import type { PairedCar } from '../../phone/store.js';
import type { Random } from '../../platform/random.js';
import { PROLOGUE, proofTagKey, proofTagWith, SealedChannel, SessionKeyTap } from './common.js';
import type { OnSessionKeys } from './common.js';

/** The phone's side of one session: Noise KX, the phone responds. Its mirror is car.ts. */

export interface Response {
  /** Noise message 2: 96 bytes and the command. */
  readonly handshake: Uint8Array;
  /** 16 bytes. */
  readonly tag: Uint8Array;
  /** For the result, and the commands after this one. */
  readonly channel: SealedChannel;
}

/**
 * Answers a challenge: says who this phone is and what it wants, to this car and no other.
 * @param challenge the handshake field of the Hello, 32 bytes
 * @param command encoded Command
 * @param onSessionKeys is given the keys of the session, for a key log
 * @throws PhoneKeyError `crypto.weak-key`, `noise.message`
 */
export const answerChallenge = (
  suite: Suite,
  random: Random,
  { identity, carPublicKey }: Pick<PairedCar, 'identity' | 'carPublicKey'>,
  challenge: Uint8Array,
  command: Uint8Array,
  onSessionKeys?: OnSessionKeys,
): Response => {
  const keyTap = onSessionKeys && new SessionKeyTap(onSessionKeys);
  const noise = new HandshakeState(suite, PATTERNS.KX, {
    initiator: false,
    prologue: PROLOGUE,
    s: identity,
    rs: carPublicKey,
    random,
    onKey: keyTap?.onKey,
  });
  noise.readMessage(challenge);
  keyTap?.hello(challenge, noise.handshakeHash);
  const handshake = noise.writeMessage(command);
  const tag = proofTagWith(suite, proofTagKey(suite, carPublicKey))(challenge, handshake);
  const channel = new SealedChannel(noise.split());
  keyTap?.complete();
  return { handshake, tag, channel };
};

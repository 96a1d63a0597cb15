import { defaultSuite } from '../lib/crypto/index.js';
import type { KeyPair, Suite } from '../lib/crypto/suite.js';
import { frame, Reassembler } from '../lib/link/message-link.js';
import { decodeFromCar, encodeToCar, LENGTH } from '../lib/native/codec.js';
import type { ToCarMessage } from '../lib/native/codec.js';
import { PhonePairing } from '../lib/native/pairing/phone.js';
import type { PhoneKeys } from '../lib/native/pairing/phone.js';
import { pairingSecrets } from '../lib/native/pairing/transcript.js';
import type { SealedChannel } from '../lib/native/session/common.js';
import { answerChallenge } from '../lib/native/session/phone.js';
import type { Response } from '../lib/native/session/phone.js';
import { proofTagKey, proofTagWith } from '../lib/native/session/common.js';
import { MAX_MESSAGE_BYTES } from '../lib/native/profile.js';
import { decodeResult } from '../lib/native/commands.js';
import type { Enrolment, Outcome } from '../lib/domain/outcomes.js';
import type { PairingRefusal } from '../lib/domain/refusals.js';
import type { PhoneIdentity } from '../lib/credentials/key-slot.js';
import type { Clock } from '../lib/platform/clock.js';
import { systemRandom } from '../lib/platform/random.js';
import type { Random } from '../lib/platform/random.js';
import type { Link } from '../lib/radio/types.js';

export type ToCar = NonNullable<ToCarMessage>;
type Said<C extends ToCar['case'], Value = Uint8Array> = {
  readonly case: C;
  readonly value: Value;
};
export type FromCar = ReturnType<typeof decodeFromCar>;
type Kind = NonNullable<FromCar['case']>;
type ValueOf<C extends Kind> = Extract<FromCar, { case: C }>['value'];

/** A message of the car. */
export interface Heard {
  /** Milliseconds on the phone's clock. */
  readonly at: number;
  /** Without framing. */
  readonly bytes: Uint8Array;
  readonly message: FromCar;
}

export interface HostilePhoneOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** X25519, 32 bytes: the car that its proofs are for, unless they say otherwise. */
  readonly carPublicKey?: Uint8Array;
  readonly suite?: Suite;
  readonly random?: Random;
  /** Awaited after each message: lets the car answer, where a test holds the clock. */
  readonly pause?: () => Promise<void>;
  /** Called with each message of the car. */
  readonly heard?: (heard: Heard) => void;
  /** The car sent what no phone takes; without it the error is thrown into the link. */
  readonly unreadable?: (error: unknown) => void;
}

type CalledInPairing = Pick<PhoneIdentity, 'name' | 'formFactor'>;

/** Whom an answer is for. */
export interface AnswerTo {
  readonly challenge?: Uint8Array;
  readonly carPublicKey?: Uint8Array;
}

/**
 * A phone that says to a car exactly what it is told, in whatever order, and notes what the car says. It can do
 * all that a good phone can, and does nothing by itself. With `hear` in place of a link it talks to a car's state
 * machine.
 */
export class HostilePhone {
  /** Oldest first. */
  readonly received: Heard[] = [];
  /** Milliseconds on the clock. */
  closedAt: number | undefined;
  #channel: SealedChannel | undefined;
  #pairing: PhonePairing | undefined;
  #link: Link | undefined;
  readonly #options: Required<Pick<HostilePhoneOptions, 'suite' | 'random' | 'carPublicKey'>> &
    HostilePhoneOptions;
  readonly #reassembler = new Reassembler(MAX_MESSAGE_BYTES);

  constructor(options: HostilePhoneOptions) {
    const nobody = { suite: defaultSuite, random: systemRandom, carPublicKey: new Uint8Array(32) };
    this.#options = { ...nobody, ...options };
  }

  /** Talks over this link from now on; `closed` is called when it is down. */
  async open(link: Link, closed: () => void = () => undefined): Promise<void> {
    this.#link = link;
    await link.open({
      data: (chunk) => {
        this.#receive(chunk);
      },
      closed: () => {
        this.closedAt = this.#options.clock.now();
        closed();
      },
    });
    await this.#options.pause?.();
  }

  close(): Promise<void> {
    return known(this.#link, 'link').close();
  }

  /** Takes a message without framing. @throws PhoneKeyError `protocol.malformed`, `protocol.version` */
  hear(bytes: Uint8Array): void {
    const { clock, heard } = this.#options;
    const message = { at: clock.now(), bytes, message: decodeFromCar(bytes) };
    this.received.push(message);
    heard?.(message);
  }

  /** The newest message. */
  get last(): FromCar {
    return this.received.at(-1)?.message ?? { case: undefined };
  }

  /** The newest message, which must be of this kind. */
  read<C extends Kind>(wanted: C): ValueOf<C> {
    if (this.last.case !== wanted) throw new Error(`the car sent ${String(this.last.case)}`);
    return this.#newest(wanted);
  }

  /** The newest challenge, 32 bytes. */
  get challenge(): Uint8Array {
    return this.#newest('hello').handshake;
  }

  /** A right answer to the newest challenge, or to whatever it is told, from anybody to any car. */
  answer(
    identity: KeyPair,
    command: Uint8Array,
    { challenge = this.challenge, carPublicKey = this.#options.carPublicKey }: AnswerTo = {},
  ): Response {
    const { suite, random } = this.#options;
    return answerChallenge(suite, random, { identity, carPublicKey }, challenge, command);
  }

  /** A right Proof; its session is the one that goes on. */
  proof(identity: KeyPair, command: Uint8Array, to?: AnswerTo): ToCar {
    const { handshake, tag, channel } = this.answer(identity, command, to);
    this.#channel = channel;
    return { case: 'proof', value: { handshake, tag } };
  }

  /** A Proof of any bytes under a right tag. */
  tagged(handshake: Uint8Array): ToCar {
    const { suite, carPublicKey } = this.#options;
    const key = proofTagKey(suite, carPublicKey);
    return {
      case: 'proof',
      value: { handshake, tag: proofTagWith(suite, key)(this.challenge, handshake) },
    };
  }

  /** An encoded command, or any other bytes, under the seal of the session. */
  sealed(command: Uint8Array): Said<'sealed'> {
    return { case: 'sealed', value: known(this.#channel, 'session').seal(command) };
  }

  /** The outcome in the newest message. Each must be read, for the next one to open. */
  result(): Outcome {
    return decodeResult(known(this.#channel, 'session').open(this.read('sealed'))).outcome;
  }

  /** A pairing with this code, for the newest challenge. */
  newPairing(code: string): PhonePairing {
    const { suite, random } = this.#options;
    return new PhonePairing(suite, random, pairingSecrets(code, suite), this.challenge);
  }

  pairStart(code: string): ToCar {
    this.#pairing = this.newPairing(code);
    return { case: 'pairStart', value: { share: this.#pairing.share } };
  }

  /** After a PairShare. @throws PhoneKeyError `pairing.wrong-code` */
  pairConfirm(): Said<'pairConfirm', { confirm: Uint8Array; handshake: Uint8Array }> {
    const { share, confirm } = this.read('pairShare');
    return { case: 'pairConfirm', value: known(this.#pairing, 'pairing').confirm(share, confirm) };
  }

  /** After a PairOffer: the keys of any identity, whether they belong together or not. */
  pairCommit(keys: PhoneKeys, called: CalledInPairing = { name: 'phone' }): Said<'pairCommit'> {
    const pairing = known(this.#pairing, 'pairing');
    pairing.openOffer(this.read('pairOffer'));
    return { case: 'pairCommit', value: pairing.commit(keys, called) };
  }

  /** What the newest PairDone says. */
  pairDone(): Enrolment | PairingRefusal {
    return known(this.#pairing, 'pairing').openDone(this.#newest('pairDone'));
  }

  send(message: ToCar): Promise<void> {
    return this.sendBytes(encodeToCar(message));
  }

  /** Any bytes as a message; in chunks of at most so many bytes. */
  async sendBytes(message: Uint8Array, chunkBytes = Infinity): Promise<void> {
    const { mtu } = known(this.#link, 'link');
    for (const chunk of frame(message, Math.min(mtu, chunkBytes + 3))) await this.sendChunk(chunk);
    await this.#options.pause?.();
  }

  /** Bytes without framing. */
  sendChunk(chunk: Uint8Array): Promise<void> {
    return known(this.#link, 'link').send(chunk);
  }

  #newest<C extends Kind>(wanted: C): ValueOf<C> {
    const found = this.received.findLast(({ message }) => message.case === wanted)?.message.value;
    return known(found as ValueOf<C> | undefined, wanted);
  }

  #receive(chunk: Uint8Array): void {
    try {
      for (const message of this.#reassembler.push(chunk)) this.hear(message);
    } catch (error) {
      if (this.#options.unreadable === undefined) throw error;
      this.#options.unreadable(error);
    }
  }
}

const known = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new Error(`there is no ${what} yet`);
  return value;
};

/** A Proof as long as one that unlocks, random throughout; encoded. */
export const junkProof = (random: Random): Uint8Array => {
  const handshake = random(LENGTH.proofHandshake + 2);
  return encodeToCar({ case: 'proof', value: { handshake, tag: random(LENGTH.proofTag) } });
};

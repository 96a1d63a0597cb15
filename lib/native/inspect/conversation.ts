import { defaultSuite } from '../../crypto/index.js';
import type { Suite } from '../../crypto/suite.js';
import { PhoneKeyError } from '../../errors.js';
import type { SessionKeys } from '../session/common.js';
import { decoded, describe } from '../describe.js';
import type { MessageDescription, MessageDirection } from '../../link/message-link.js';
import { Reassembler } from '../../link/message-link.js';
import { MAX_MESSAGE_BYTES } from '../../native/profile.js';
import type { ToCar } from '../schema/gen/phonekey.js';
import { commandContent, describeContent, proofContent, resultContent } from './content.js';
import type { Content } from './content.js';
import { carOfProof } from './known-car.js';
import type { KnownCar } from './known-car.js';
import { CipherState } from '../../noise/symmetric-state.js';

/** What a viewer knows. Both are asked anew each time, because both may grow. */
export interface ViewerKeys {
  /** The cars that the viewer is paired with. */
  cars(): readonly KnownCar[];
  /** The logged keys of the session with this challenge (32 bytes). */
  session(challenge: Uint8Array): SessionKeys | undefined;
}

/** One message between a phone and a car, as a viewer beside them sees it. */
export interface InspectedMessage extends MessageDescription {
  /** Which way it went. */
  readonly direction: MessageDirection;
  /** With framing. */
  readonly bytes: number;
  /** Of a Proof, where cars are known: the one for which its tag is valid, or null. */
  readonly car?: string | null;
  /** Where the keys of the session are there. */
  readonly content?: Content;
  /** A Proof that was seen before and could not be opened then: the car logs its keys only now. */
  readonly late?: true;
}

type Proof = Extract<ToCar['message'], { case: 'proof' }>['value'];

/**
 * Listens to one link: puts the frames together and says what is in them. Without keys that is their
 * lengths. Messages of a pairing are never more than that; their keys are in no log.
 */
export class Conversation {
  readonly #suite: Suite;
  readonly #keys: ViewerKeys;
  readonly #streams = {
    'to-car': new Reassembler(MAX_MESSAGE_BYTES),
    'from-car': new Reassembler(MAX_MESSAGE_BYTES),
  };
  readonly #broken = new Set<MessageDirection>();
  #challenge: Uint8Array | undefined;
  /** That answered the challenge; not told in full while its keys are not there. */
  #proof: { readonly value: Proof; readonly told: InspectedMessage } | undefined;
  #session: SessionKeys | undefined;
  /** Messages sealed since the Proof. */
  #sealed = { 'to-car': 0, 'from-car': 0 };

  constructor(keys: ViewerKeys, suite: Suite = defaultSuite) {
    this.#keys = keys;
    this.#suite = suite;
  }

  /** A GATT write to `toCar` or a notification of `fromCar`; gives the messages it completes. */
  chunk(direction: MessageDirection, bytes: Uint8Array): InspectedMessage[] {
    if (this.#broken.has(direction)) return [];
    let messages: Uint8Array[];
    try {
      messages = this.#streams[direction].push(bytes);
    } catch (error) {
      if (!(error instanceof PhoneKeyError)) throw error;
      this.#broken.add(direction); // nothing after this can be followed
      return [{ kind: 'malformed', fields: error.message, direction, bytes: bytes.length }];
    }
    return messages.flatMap((message) => this.#message(direction, message));
  }

  #message(direction: MessageDirection, bytes: Uint8Array): InspectedMessage[] {
    const told = { ...describe(direction, bytes), direction, bytes: bytes.length + 2 };
    const message = decoded(direction, bytes);
    if (message?.case === 'hello') {
      this.#challenge = message.value.handshake;
      this.#proof = undefined;
      this.#session = undefined;
      this.#sealed = { 'to-car': 0, 'from-car': 0 };
    }
    if (message?.case === 'proof') return [this.#onProof(message.value, told)];
    if (message?.case === 'sealed') return this.#onSealed(message.value, told);
    return [told];
  }

  #onProof(value: Proof, described: InspectedMessage): InspectedMessage {
    if (this.#challenge === undefined) return described;
    const cars = this.#keys.cars();
    const told = {
      ...described,
      ...(cars.length === 0 ? {} : { car: carOfProof(this.#suite, cars, this.#challenge, value) }),
    };
    this.#proof = { value, told };
    return this.#openedProof() ?? told;
  }

  #onSealed(ciphertext: Uint8Array, told: InspectedMessage): InspectedMessage[] {
    const { direction } = told;
    const nonce = this.#sealed[direction]++;
    const late = this.#session === undefined ? this.#openedProof() : undefined;
    const before: InspectedMessage[] = late === undefined ? [] : [{ ...late, late: true }];
    if (this.#session === undefined) return [told];
    const key = direction === 'to-car' ? this.#session.toCarKey : this.#session.fromCarKey;
    const plaintext = opened(this.#suite, key, nonce, NO_AD, ciphertext);
    const content = direction === 'to-car' ? commandContent(plaintext) : resultContent(plaintext);
    return [...before, { ...told, content }];
  }

  /** Looks for the keys of the session; the Proof with its contents, once they are there. */
  #openedProof(): InspectedMessage | undefined {
    if (this.#challenge === undefined || this.#proof === undefined) return undefined;
    const keys = this.#keys.session(this.#challenge);
    if (keys === undefined) return undefined;
    this.#session = keys;
    const { value, told } = this.#proof;
    const proof = openedProof(this.#suite, keys, value.handshake);
    return { ...told, content: proofContent(this.#suite, proof) };
  }
}

/** The message as a sentence: `Proof: unlock by key 43ea6d628a0fbb21`. */
export const describeMessage = ({ kind, fields, content, car, late }: InspectedMessage): string => {
  const name = late === true ? `${kind}, opened now` : kind;
  const what = content === undefined ? fields : describeContent(content);
  const parts = [what === '' ? name : `${name}: ${what}`];
  if (car === null) parts.push('its tag is valid for no car of this phone');
  else if (car !== undefined) parts.push(`its tag is valid for ${car}`);
  return parts.join('; ');
};

const EPHEMERAL = 32;
/** The encrypted public key: 32 bytes and a tag. */
const IDENTITY = 48;
const NO_AD = new Uint8Array(0);

/**
 * Who proved to be somebody, and the encoded Command that came with it. Every ciphertext is bound to
 * the transcript before it (Noise, section 5.2), which is rebuilt here.
 * @param handshake of the Proof, at least 96 bytes
 */
const openedProof = (
  suite: Suite,
  { transcript, identityKey, commandKey }: SessionKeys,
  handshake: Uint8Array,
): { readonly phonePublicKey: Uint8Array; readonly command: Uint8Array } | undefined => {
  const identity = handshake.subarray(EPHEMERAL, EPHEMERAL + IDENTITY);
  const before = suite.sha512(transcript, handshake.subarray(0, EPHEMERAL));
  const phonePublicKey = opened(suite, identityKey, 0, before, identity);
  if (phonePublicKey === undefined) return undefined;
  const after = suite.sha512(before, identity);
  const command = opened(suite, commandKey, 0, after, handshake.subarray(EPHEMERAL + IDENTITY));
  return command && { phonePublicKey, command };
};

/**
 * Undefined for what the key does not open.
 * @param nonce how many messages this key has sealed before
 */
const opened = (
  suite: Suite,
  key: Uint8Array,
  nonce: number,
  ad: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | undefined => {
  const cipher = new CipherState(suite, key);
  cipher.setNonce(BigInt(nonce));
  try {
    return cipher.decryptWithAd(ad, ciphertext);
  } catch (error) {
    if (error instanceof PhoneKeyError) return undefined;
    throw error;
  }
};

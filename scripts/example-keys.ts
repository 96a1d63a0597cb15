import type { KeyPair } from '../lib/crypto/suite.js';
import { nodeSuite } from '../lib/crypto/node.js';
import { concat } from '../lib/platform/bytes.js';
import type { Random } from '../lib/platform/random.js';
import { encodeFromCar, encodeToCar } from '../lib/native/codec.js';
import type { FromCarMessage, ToCarMessage } from '../lib/native/codec.js';
import { carSecrets, Challenge } from '../lib/native/session/car.js';
import type { OnSessionKeys } from '../lib/native/session/common.js';
import { answerChallenge } from '../lib/native/session/phone.js';
import type { Response } from '../lib/native/session/phone.js';
import { frame } from '../lib/link/message-link.js';

/**
 * What the worked examples and the vectors are made of. The keys are in every copy of this file: never
 * enrol them.
 */

export const suite = nodeSuite;

/** Bytes that count upwards, so that a reader sees at once that they are not a secret. */
export const counting = (first: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (first + i) & 0xff);

/** What `make` gives for each of these bits, # in the name being its number. */
export const forBits = <T>(
  name: string,
  bits: readonly number[],
  make: (bit: number) => T,
): Record<string, T> =>
  Object.fromEntries(bits.map((bit) => [name.replace('#', String(bit)), make(bit)]));

/** Gives these bytes once, and fails when asked for more or for another length. */
export const fixed = (...values: Uint8Array[]): Random => {
  const left = [...values];
  return (length) => {
    const next = left.shift();
    if (next?.length !== length) throw new Error(`the example has no ${String(length)} bytes here`);
    return next;
  };
};

export const KEYS = {
  car: suite.x25519KeyPair(counting(0x01, 32)),
  phone: suite.x25519KeyPair(counting(0x21, 32)),
  carEphemeral: counting(0x41, 32),
  phoneEphemeral: counting(0x61, 32),
  phoneSigning: suite.ed25519KeyPair(counting(0x81, 32)),
  pairingChallengeEphemeral: counting(0xa1, 32),
  proverRandom: counting(0xc1, 40),
  verifierRandom: counting(0xe9, 40),
  pairingPhoneEphemeral: counting(0xb5, 32),
  pairingCarEphemeral: counting(0xd5, 32),
  advertisementNonce: counting(0x11, 4),
  code: '12345678',
  carName: 'Example car',
  phoneName: "Ada's phone",
  guest: suite.x25519KeyPair(counting(0x15, 32)),
  guestSigning: suite.ed25519KeyPair(counting(0x35, 32)),
  friend: suite.x25519KeyPair(counting(0x55, 32)),
  friendSigning: suite.ed25519KeyPair(counting(0x75, 32)),
  revocationListEphemeral: counting(0x95, 32),
  guestName: "Ben's phone",
  friendName: "Cleo's phone",
} as const;

/** Values by their names: bytes, or text. */
export type Example = Readonly<Record<string, Uint8Array | string>>;

export const pair = (name: string, { privateKey, publicKey }: KeyPair): Example => ({
  [`${name}_private`]: privateKey,
  [`${name}_public`]: publicKey,
});

export const challengeOf = (ephemeral: Uint8Array): Challenge =>
  new Challenge(suite, fixed(ephemeral), carSecrets(suite, KEYS.car), 0);

export const answer = (
  challenge: Uint8Array,
  identity: KeyPair,
  command: Uint8Array,
  carPublicKey = KEYS.car.publicKey,
  onSessionKeys?: OnSessionKeys,
): Response => {
  const random = fixed(KEYS.phoneEphemeral);
  const to = { identity, carPublicKey };
  return answerChallenge(suite, random, to, challenge, command, onSessionKeys);
};

/** A session that begins with a command, up to where both ends have a channel. */
export const exampleSession = (identity: KeyPair, command: Uint8Array) => {
  const challenge = challengeOf(KEYS.carEphemeral);
  let keys: Example = {};
  const { publicKey } = KEYS.car;
  const response = answer(challenge.bytes, identity, command, publicKey, (each) => {
    keys = {
      key_of_static_key: each.identityKey,
      key_of_command: each.commandKey,
      key_from_car: each.fromCarKey,
      key_to_car: each.toCarKey,
    };
  });
  const { handshake, tag, channel: phone } = response;
  const car = challenge.verify(handshake, tag, 1)?.channel;
  if (car === undefined) throw new Error('the example does not verify');
  return { hello: challenge.bytes, proof: { handshake, tag }, phone, car, keys };
};

const framed = (message: Uint8Array): Uint8Array => concat(...frame(message, 517));

export const toCar = (message: NonNullable<ToCarMessage>): Uint8Array =>
  framed(encodeToCar(message));

export const fromCar = (message: NonNullable<FromCarMessage>): Uint8Array =>
  framed(encodeFromCar(message));

export const NOTE = 'Made by scripts/vectors.ts. Published test keys: never enrol them.';

/** Of phones; a car takes none of them. */
export const BAD_NAMES: Readonly<Record<string, string>> = {
  'no name': '',
  'a name of 33 bytes': 'x'.repeat(33),
  'a name of 17 letters in 34 bytes': 'ä'.repeat(17),
  'a name with a line break': 'a\nb',
  'a name with an escape': 'a\u001b[2J',
  'a name with a mark that turns the direction': 'a\u202eb',
  'a name with a paragraph separator': 'a\u2029b',
};

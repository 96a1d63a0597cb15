import { nodeSuite } from '../lib/crypto/node.js';
import { concat, toHex } from '../lib/platform/bytes.js';
import type { Random } from '../lib/platform/random.js';
import { encodeFromCar, encodeToCar } from '../lib/native/codec.js';
import type { FromCarMessage, ToCarMessage } from '../lib/native/codec.js';
import { frame } from '../lib/link/message-link.js';

/**
 * What the worked examples and the vectors are made of. The keys are in every copy of this file: never
 * enrol them.
 */

export const suite = nodeSuite;

/** Bytes that count upwards, so that a reader sees at once that they are not a secret. */
export const counting = (first: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (first + i) & 0xff);

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

/** Name and value of one line; hex unless it says otherwise. */
export type Line = readonly [name: string, value: string];

export const bytes = (name: string, value: Uint8Array): Line => [name, toHex(value)];

const framed = (message: Uint8Array): Uint8Array => concat(...frame(message, 517));

export const toCar = (message: NonNullable<ToCarMessage>): Uint8Array =>
  framed(encodeToCar(message));

export const fromCar = (message: NonNullable<FromCarMessage>): Uint8Array =>
  framed(encodeFromCar(message));

export const NOTE = 'Made by scripts/vectors.ts. Published test keys: never enrol them.';

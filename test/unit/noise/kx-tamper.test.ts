import { expect, it } from '@jest/globals';
import { flip } from '../../../lab/flip.js';
import { defaultSuite as suite } from '../../../lib/crypto/index.js';
import { HandshakeState, PATTERNS } from '../../../lib/noise/index.js';
import { utf8 } from '../../../lib/platform/bytes.js';
import type { ErrorCode } from '../../../lib/errors.js';
import { errorWith } from '../../support/errors.js';

const empty = new Uint8Array(0);
const prologue = utf8('test');
const fixed = (value: number) => (length: number) => new Uint8Array(length).fill(value);
const car = suite.x25519KeyPair(fixed(1)(32));
const phone = suite.x25519KeyPair(fixed(2)(32));

/** The same challenge every time, so that one recorded answer fits all. */
function initiator(random = fixed(3)): { state: HandshakeState; hello: Uint8Array } {
  const options = { initiator: true, prologue, s: car, random };
  const state = new HandshakeState(suite, PATTERNS.KX, options);
  return { state, hello: state.writeMessage(empty) };
}

function responder(): HandshakeState {
  const options = { initiator: false, prologue, s: phone, rs: car.publicKey, random: fixed(4) };
  return new HandshakeState(suite, PATTERNS.KX, options);
}

function answer(hello: Uint8Array): Uint8Array {
  const state = responder();
  state.readMessage(hello);
  return state.writeMessage(utf8('unlock'));
}

function expectRefused(state: HandshakeState, message: Uint8Array, expected: ErrorCode): void {
  expect(() => state.readMessage(message)).toThrow(errorWith(expected));
  expect(() => state.split()).toThrow(errorWith('noise.state'));
}

it('any flipped bit of the first message is refused with the second', () => {
  const { hello } = initiator();
  for (let bit = 0; bit < hello.length * 8; bit++) {
    const message = answer(flip(hello, bit));
    expectRefused(initiator().state, message, 'protocol.authentication');
  }
});

it('any flipped bit of the second message is refused', () => {
  const { hello } = initiator();
  const message = answer(hello);
  expect(initiator().state.readMessage(message)).toEqual(utf8('unlock'));
  for (let bit = 0; bit < message.length * 8; bit++) {
    expectRefused(initiator().state, flip(message, bit), 'protocol.authentication');
  }
});

it('a message cut at any length is refused', () => {
  const { hello } = initiator();
  const message = answer(hello);
  for (let length = 0; length < hello.length; length++) {
    expectRefused(responder(), hello.subarray(0, length), 'noise.message');
  }
  for (let length = 0; length < message.length; length++) {
    const expected = length < 96 ? 'noise.message' : 'protocol.authentication';
    expectRefused(initiator().state, message.subarray(0, length), expected);
  }
});

it('a message with bytes added is refused', () => {
  const { hello } = initiator();
  const longer = new Uint8Array([...answer(hello), 0]);
  expectRefused(initiator().state, longer, 'protocol.authentication');
});

it('the answer to another challenge is refused', () => {
  const other = initiator(fixed(5)).state;
  expectRefused(other, answer(initiator().hello), 'protocol.authentication');
});

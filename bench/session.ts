import { diffieHellman, generateKeyPairSync } from 'node:crypto';
import { portableSuite } from '../lib/crypto/index.js';
import { nodeSuite } from '../lib/crypto/node.js';
import type { Suite } from '../lib/crypto/suite.js';
import { systemRandom } from '../lib/platform/random.js';
import { carSecrets, Challenge } from '../lib/native/session/car.js';
import { answerChallenge } from '../lib/native/session/phone.js';
import { decodeFromCar, decodeToCar, encodeFromCar, encodeToCar } from '../lib/native/codec.js';
import {
  decodeRequest,
  decodeResult,
  encodeCommand,
  encodeResult,
} from '../lib/native/commands.js';
import { cpuMicros, figure } from './measure.js';
import { DONE } from './setup.js';

const ROUNDS = 11;

/**
 * What an unlock costs both ends together, with the fast suite and with the portable one; and its floor, the
 * curve operations that it cannot do without, by node:crypto alone.
 */
export const sessionFigures = async () => {
  const work = { node: unlock(nodeSuite), floor: floor(), tweetnacl: unlock(portableSuite) };
  const cpu = await cpuMicros(work, ROUNDS);
  return [
    figure('unlock.cpu_us.node', cpu.node, 'us'),
    figure('unlock.cpu_us.floor', cpu.floor, 'us'),
    figure('unlock.cpu.vs_floor', cpu.node / cpu.floor, 'x'),
    figure('unlock.cpu_us.tweetnacl', cpu.tweetnacl, 'us'),
    figure('unlock.cpu_us.ratio', cpu.tweetnacl / cpu.node, 'x'),
  ];
};

/** Two ephemeral keys, and three Diffie-Hellman at each end. */
const floor = (): (() => void) => {
  const { privateKey } = generateKeyPairSync('x25519');
  const { publicKey } = generateKeyPairSync('x25519');
  return () => {
    for (let i = 0; i < 2; i++) generateKeyPairSync('x25519');
    for (let i = 0; i < 6; i++) diffieHellman({ privateKey, publicKey });
  };
};

/** A whole unlock without a radio: Hello, Proof, Result, encoded and decoded at both ends. */
export const unlock = (suite: Suite): (() => void) => {
  const random = systemRandom;
  const car = carSecrets(suite, suite.x25519KeyPair(random(32)));
  const identity = suite.x25519KeyPair(random(32));
  const phone = { identity, carPublicKey: car.identity.publicKey };
  return () => {
    const challenge = new Challenge(suite, random, car, 0);
    const hello = decodeFromCar(
      encodeFromCar({ case: 'hello', value: { version: 1, handshake: challenge.bytes } }),
    );
    if (hello.case !== 'hello') throw new Error('no Hello');

    const command = encodeCommand({ type: 'unlock' });
    const response = answerChallenge(suite, random, phone, hello.value.handshake, command);
    const { handshake, tag } = response;
    const proof = decodeToCar(encodeToCar({ case: 'proof', value: { handshake, tag } }));
    if (proof.case !== 'proof') throw new Error('no Proof');

    const verified = challenge.verify(proof.value.handshake, proof.value.tag, 1);
    if (verified === undefined || decodeRequest(verified.command).command?.type !== 'unlock') {
      throw new Error('the proof was refused');
    }
    if (!suite.equal(verified.phonePublicKey, identity.publicKey)) throw new Error('who is this');
    const sealed = decodeFromCar(
      encodeFromCar({ case: 'sealed', value: verified.channel.seal(encodeResult(DONE)) }),
    );
    if (sealed.case !== 'sealed') throw new Error('no result');
    const result = decodeResult(response.channel.open(sealed.value));
    if (result.outcome.type !== 'done') throw new Error('not done');
  };
};

import { DEFAULT_SLOTS } from '../../lib/credentials/key-slot.js';
import { findKey } from '../../lib/credentials/key-slot.js';
import type { KeySlot } from '../../lib/credentials/key-slot.js';
import { portableSuite } from '../../lib/crypto/index.js';
import { nobleSuite } from '../../lib/crypto/noble.js';
import { nodeSuite } from '../../lib/crypto/node.js';
import type { KeyPair } from '../../lib/crypto/suite.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { CarPairing } from '../../lib/native/pairing/car.js';
import { ID_PROVER, ID_VERIFIER, pairingContext } from '../../lib/native/pairing/transcript.js';
import {
  deriveSecrets,
  register,
  requireConfirmation,
  Spake2PlusProver,
} from '../../lib/native/pairing/spake2plus.js';
import { utf8 } from '../../lib/platform/bytes.js';
import { systemRandom as random } from '../../lib/platform/random.js';
import { carSecrets, Challenge } from '../../lib/native/session/car.js';
import { answerChallenge } from '../../lib/native/session/phone.js';
import { LENGTH } from '../../lib/native/codec.js';
import { keySlots, somePhones, UNLOCK } from '../setup.js';
import type { Class, Subject } from './measure-classes.js';

const suite = nodeSuite;

/** All right but the last bit, for what stops at the first difference to come to its end. */
const nearly = (secret: Uint8Array): Uint8Array => {
  const guess = secret.slice();
  const last = guess.length - 1;
  guess[last] = (guess[last] ?? 0) ^ 1;
  return guess;
};

const GUESSES: Subject['classes'] = ['wrong in the last bit', 'wrong everywhere'];

/** Compares a guess with a secret, both of this many bytes. */
const comparison = (
  name: string,
  length: number,
  compare: (secret: Uint8Array, guess: Uint8Array) => unknown,
): Subject<Uint8Array> => {
  const secret = random(length);
  const scratch = new Uint8Array(length);
  return {
    name,
    classes: GUESSES,
    calls: 16,
    prepare: (kind) => (kind === 0 ? nearly(secret) : random(length)),
    load: (guess) => scratch.set(guess),
    run: () => compare(secret, scratch),
  };
};

/** What nobody should write. */
const stopsEarly = (a: Uint8Array, b: Uint8Array): boolean => {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

/** Both classes are the same thing: a difference here is the harness's own. */
const harness: Subject<Uint8Array> = {
  ...comparison('harness', 16, stopsEarly),
  classes: ['random', 'random'],
  prepare: () => random(16),
};

const refuses = (check: () => void): boolean => {
  try {
    check();
    return false;
  } catch (error) {
    return error instanceof PhoneKeyError;
  }
};

const confirms = (expected: Uint8Array, received: Uint8Array): boolean =>
  !refuses(() => requireConfirmation(suite, expected, received));

const identity = suite.x25519KeyPair(random(32));
const secrets = carSecrets(suite, identity);

interface Proof {
  readonly challenge: Challenge;
  readonly handshake: Uint8Array;
  readonly tag: Uint8Array;
}

const tagScratch = new Uint8Array(LENGTH.proofTag);

/** The whole check of a proof that has a wrong tag. */
const proofTagCheck: Subject<Proof> = {
  name: 'proof.tag',
  classes: GUESSES,
  prepare(kind) {
    const challenge = new Challenge(suite, random, secrets, 0);
    const handshake = random(98);
    const right = secrets.proofTag(challenge.bytes, handshake);
    return { challenge, handshake, tag: kind === 0 ? nearly(right) : random(right.length) };
  },
  load: ({ tag }) => tagScratch.set(tag),
  run: ({ challenge, handshake }) => challenge.verify(handshake, tagScratch, 1) === undefined,
};

const enrolled = somePhones();
const keys = keySlots(enrolled);
const strangers = somePhones();

const pick = <T>(list: readonly T[]): T => list[(random(1)[0] ?? 0) % list.length] as T;

const find = (publicKey: Uint8Array): KeySlot | undefined => findKey(suite, keys, publicKey);

/** A right proof, and all that the car does before it refuses or obeys. */
const proofOfKey: Subject<Proof> = {
  name: 'key.proof',
  classes: ['enrolled', 'unknown'],
  share: 0.1,
  prepare(kind) {
    const challenge = new Challenge(suite, random, secrets, 0);
    const phone = {
      identity: pick(kind === 0 ? enrolled : strangers),
      carPublicKey: identity.publicKey,
    };
    const { handshake, tag } = answerChallenge(suite, random, phone, challenge.bytes, UNLOCK);
    return { challenge, handshake, tag };
  },
  run({ challenge, handshake, tag }) {
    const verified = challenge.verify(handshake, tag, 1);
    return verified !== undefined && find(verified.phonePublicKey) !== undefined;
  },
};

/** The look-up alone, of the keys of two classes. */
const lookUp = (
  name: string,
  classes: Subject['classes'],
  keyOf: (kind: Class) => Uint8Array,
  look: (publicKey: Uint8Array) => unknown = find,
): Subject<Uint8Array> => {
  const scratch = new Uint8Array(32);
  return {
    name,
    classes,
    calls: 4,
    prepare: (kind) => keyOf(kind).slice(),
    load: (key) => scratch.set(key),
    run: () => look(scratch) !== undefined,
  };
};

const SLOTS: Subject['classes'] = ['first slot', 'last slot'];

const publicKeyAt = (list: readonly KeyPair[], slot: number): Uint8Array =>
  list[slot]?.publicKey ?? new Uint8Array(32);

const firstOrLast = (kind: Class): Uint8Array =>
  publicKeyAt(enrolled, kind === 0 ? 0 : DEFAULT_SLOTS - 1);

const enrolledOrNot = (kind: Class): Uint8Array =>
  pick(kind === 0 ? enrolled : strangers).publicKey;

const stoppingEarly = (key: Uint8Array): unknown =>
  keys.find(({ publicKey }) => stopsEarly(publicKey, key));

const secretsOf = (code: string) => deriveSecrets(utf8(code), ID_PROVER, ID_VERIFIER, suite);
const registration = register(secretsOf('20211119'));
const wrong = [secretsOf('30211119'), secretsOf('20211118')] as const;

/** A try with a wrong code, from its share to the refusal of its confirmation. */
const pairingTry: Subject<{ car: CarPairing; share: Uint8Array }> = {
  name: 'pairing.try',
  classes: ['first digit wrong', 'last digit wrong'],
  share: 0.01,
  prepare(kind) {
    const challenge = random(32);
    const context = pairingContext(challenge);
    const names = { idProver: ID_PROVER, idVerifier: ID_VERIFIER };
    const { share } = new Spake2PlusProver({ ...wrong[kind], context, ...names, random, suite });
    return { car: new CarPairing(suite, random, registration, challenge), share };
  },
  run({ car, share }) {
    car.respond(share);
    return refuses(() => car.verify(new Uint8Array(32), new Uint8Array(48), identity));
  },
};

/** In the order in which they are measured. */
export const SUBJECTS: readonly Subject[] = [
  harness,
  { ...comparison('control.compare', 16, stopsEarly), control: true },
  { ...lookUp('control.slot', SLOTS, firstOrLast, stoppingEarly), control: true },
  comparison('tag.equal', 16, (a, b) => nodeSuite.equal(a, b)),
  comparison('tag.equal.portable', 16, (a, b) => portableSuite.equal(a, b)),
  comparison('tag.equal.noble', 16, (a, b) => nobleSuite.equal(a, b)),
  { ...comparison('pairing.confirm', 32, confirms), calls: 1 },
  proofTagCheck,
  lookUp('key.slot', SLOTS, firstOrLast),
  lookUp('key.enrolled', ['enrolled', 'unknown'], enrolledOrNot),
  proofOfKey,
  pairingTry,
];

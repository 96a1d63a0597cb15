import { flip } from '../lab/flip.js';
import { concat, toHex } from '../lib/platform/bytes.js';
import { carSecrets, Challenge, CHALLENGE_LIFETIME_MS } from '../lib/native/session/car.js';
import { answerChallenge } from '../lib/native/session/phone.js';
import { proofTagKey, proofTagWith } from '../lib/native/session/common.js';
import { fixed, fromCar, KEYS, NOTE, suite, toCar } from './example-keys.js';
import type { KeyPair } from '../lib/crypto/suite.js';
import { encodePhoneIdentity } from '../lib/native/codec.js';
import { pairingHandshake, signedInPairing } from '../lib/native/pairing/transcript.js';
import { encodeCommand } from '../lib/native/commands.js';
import { MAX_MESSAGE_BYTES } from '../lib/native/profile.js';
import { pairingRun, pairingSecretsOf } from './worked-example.js';

/** The vectors of test/vectors/*.json: most of them must be refused. Hex throughout. */

const zeros = (length: number): Uint8Array => new Uint8Array(length);

interface ProofVector {
  readonly name: string;
  /** Milliseconds after the challenge was made. */
  readonly at: number;
  readonly handshake: string;
  readonly tag: string;
  readonly expect: 'accepted' | 'refused';
}

/** What a car must make of proofs, each against the same fresh challenge. */
export const sessionVectors = () => {
  const challenge = challengeFrom(KEYS.carEphemeral);
  const other = challengeFrom(KEYS.pairingChallengeEphemeral);
  const command = encodeCommand({ type: 'unlock' });
  const answer = (to: Uint8Array, carPublicKey = KEYS.car.publicKey) =>
    answerChallenge(
      suite,
      fixed(KEYS.phoneEphemeral),
      { identity: KEYS.phone, carPublicKey },
      to,
      command,
    );
  const good = answer(challenge.bytes);
  const tagKey = proofTagKey(suite, KEYS.car.publicKey);
  const tagged = (handshake: Uint8Array) => ({
    handshake,
    tag: proofTagWith(suite, tagKey)(challenge.bytes, handshake),
  });
  const vector = (
    name: string,
    { handshake, tag }: { readonly handshake: Uint8Array; readonly tag: Uint8Array },
    expect: ProofVector['expect'] = 'refused',
    at = 1,
  ): ProofVector => ({ name, at, handshake: toHex(handshake), tag: toHex(tag), expect });
  const otherCar = suite.x25519KeyPair(KEYS.phoneSigning.privateKey).publicKey;
  return {
    note: NOTE,
    car_private: toHex(KEYS.car.privateKey),
    car_ephemeral_private: toHex(KEYS.carEphemeral),
    challenge: toHex(challenge.bytes),
    phone_public: toHex(KEYS.phone.publicKey),
    command: toHex(command),
    proofs: [
      vector('the proof of the worked example', good, 'accepted'),
      vector('in the last millisecond', good, 'accepted', CHALLENGE_LIFETIME_MS - 1),
      vector('the challenge has expired', good, 'refused', CHALLENGE_LIFETIME_MS),
      vector('an answer to another challenge', answer(other.bytes)),
      vector(
        'the same, with the tag made for this challenge',
        tagged(answer(other.bytes).handshake),
      ),
      vector('meant for another car', answer(challenge.bytes, otherCar)),
      vector(
        'the same, with the tag key of this car',
        tagged(answer(challenge.bytes, otherCar).handshake),
      ),
      vector('tag of zeros', { handshake: good.handshake, tag: zeros(16) }),
      ...[0, 64, 127].map((bit) =>
        vector(`bit ${String(bit)} of the tag flipped`, { ...good, tag: flip(good.tag, bit) }),
      ),
      ...[0, 255, 256, 511, 639, 640, 655, 656, 783].map((bit) =>
        vector(`bit ${String(bit)} flipped, tag made anew`, tagged(flip(good.handshake, bit))),
      ),
      vector('bit 0 flipped, tag kept', { ...good, handshake: flip(good.handshake, 0) }),
      ...[96, 97].map((length) =>
        vector(
          `cut to ${String(length)} bytes, tag made anew`,
          tagged(good.handshake.slice(0, length)),
        ),
      ),
      vector('a byte too many, tag made anew', tagged(concat(good.handshake, Uint8Array.of(0)))),
      vector(
        'ephemeral key of small order (all zero)',
        tagged(concat(zeros(32), good.handshake.slice(32))),
      ),
      vector(
        'ephemeral key of small order (one)',
        tagged(concat(Uint8Array.of(1), zeros(31), good.handshake.slice(32))),
      ),
      vector(
        'the challenge itself as ephemeral key',
        tagged(concat(challenge.bytes, good.handshake.slice(32))),
      ),
    ],
  };
};

const challengeFrom = (ephemeral: Uint8Array): Challenge =>
  new Challenge(suite, fixed(ephemeral), carSecrets(suite, KEYS.car), 0);

type PairingField = 'share' | 'confirm' | 'handshake' | 'commit';

/** What a car must make of the phone's messages in a pairing; one of them differs in each case. */
export const pairingVectors = () => {
  const run = pairingRun();
  const good: Record<PairingField, Uint8Array> = {
    share: run.share,
    ...run.confirm,
    commit: run.commit,
  };
  const change = (name: string, field: PairingField, value: Uint8Array) => ({
    name,
    messages: hexed({ ...good, [field]: value }),
    expect: 'refused' as const,
    at: field,
  });
  return {
    note: NOTE,
    code: KEYS.code,
    car_private: toHex(KEYS.car.privateKey),
    hello_handshake: toHex(run.hello),
    verifier_random: toHex(KEYS.verifierRandom),
    car_ephemeral_private: toHex(KEYS.pairingCarEphemeral),
    car_name: KEYS.carName,
    role: 'owner' as const,
    phone_public: toHex(KEYS.phone.publicKey),
    phone_signing_public: toHex(KEYS.phoneSigning.publicKey),
    answers: {
      share: toHex(run.answer.share),
      confirm: toHex(run.answer.confirm),
      offer: toHex(run.offer),
      done: toHex(run.done),
    },
    cases: [
      { name: 'the worked example', messages: hexed(good), expect: 'accepted' as const },
      change('share: compressed marker', 'share', Uint8Array.of(2, ...run.share.slice(1))),
      change('share: all zero', 'share', zeros(65)),
      change('share: not on the curve', 'share', flip(run.share, 8 * 64)),
      change('share: 64 bytes', 'share', run.share.slice(0, 64)),
      change('share: the verifier answers itself', 'share', run.answer.share),
      ...[0, 100, 255].map((bit) =>
        change(`confirm: bit ${String(bit)} flipped`, 'confirm', flip(good.confirm, bit)),
      ),
      change('confirm: reflected', 'confirm', run.answer.confirm),
      change('confirm: 31 bytes', 'confirm', good.confirm.slice(0, 31)),
      ...[0, 255, 256, 383].map((bit) =>
        change(`handshake: bit ${String(bit)} flipped`, 'handshake', flip(good.handshake, bit)),
      ),
      change('handshake: 47 bytes', 'handshake', good.handshake.slice(0, 47)),
      change('handshake: a byte too many', 'handshake', concat(good.handshake, Uint8Array.of(0))),
      change('handshake: under another key', 'handshake', forged({ sharedKey: zeros(32) }).first),
      ...[0, 200, 8 * run.commit.length - 1].map((bit) =>
        change(`commit: bit ${String(bit)} flipped`, 'commit', flip(run.commit, bit)),
      ),
      change('commit: a byte short', 'commit', run.commit.slice(0, -1)),
      change('commit: the offer reflected', 'commit', run.offer),
      change('commit: an X25519 key that is only named', 'commit', forged({ s: NAMED }).commit),
      change(
        'commit: an Ed25519 key that is only named',
        'commit',
        forged({ signer: KEYS.guestSigning }).commit,
      ),
      change(
        'commit: signed in another run',
        'commit',
        forged({ signed: () => signedInPairing(zeros(64), KEYS.phone.publicKey) }).commit,
      ),
      change(
        'commit: signed for another X25519 key',
        'commit',
        forged({ signed: (h) => signedInPairing(h, KEYS.guest.publicKey) }).commit,
      ),
      change(
        'commit: signed without the label',
        'commit',
        forged({ signed: (h) => concat(h, KEYS.phone.publicKey) }).commit,
      ),
    ],
  };
};

/** The phone's public key with somebody else's private key. */
const NAMED = { ...KEYS.guest, publicKey: KEYS.phone.publicKey };

/** Handshake and commit of somebody who knows the code, and has not all the keys that he names. */
const forged = ({
  sharedKey,
  s = KEYS.phone,
  signer = KEYS.phoneSigning,
  signed = (h: Uint8Array) => signedInPairing(h, KEYS.phone.publicKey),
}: {
  readonly sharedKey?: Uint8Array;
  readonly s?: KeyPair;
  readonly signer?: KeyPair;
  readonly signed?: (h: Uint8Array) => Uint8Array;
}): { readonly first: Uint8Array; readonly commit: Uint8Array } => {
  const run = pairingRun();
  const psk = sharedKey ?? pairingSecretsOf(run).shared;
  const noise = pairingHandshake(suite, fixed(KEYS.pairingPhoneEphemeral), 'phone', psk, s);
  const first = noise.writeMessage(zeros(0));
  if (sharedKey !== undefined) return { first, commit: zeros(0) };
  noise.readMessage(run.offer);
  const identity = {
    signingKey: KEYS.phoneSigning.publicKey,
    signature: suite.ed25519Sign(signer, signed(noise.handshakeHash)),
    name: KEYS.phoneName,
  };
  return { first, commit: noise.writeMessage(encodePhoneIdentity(identity)) };
};

const hexed = (messages: Record<PairingField, Uint8Array>): Record<PairingField, string> => ({
  share: toHex(messages.share),
  confirm: toHex(messages.confirm),
  handshake: toHex(messages.handshake),
  commit: toHex(messages.commit),
});

/** Frames to a car, and whether it takes them for a message at all. */
export const frameVectors = () => {
  const proof = { handshake: zeros(98), tag: zeros(16) };
  const vector = (name: string, frame: Uint8Array, expect: string) => ({
    name,
    frame: toHex(frame),
    expect,
  });
  const bad = (name: string, frame: Uint8Array) => vector(name, frame, 'malformed');
  const length = (bytes: number) => Uint8Array.of(bytes >> 8, bytes & 0xff);
  return {
    note: NOTE,
    to_car: [
      vector('proof', toCar({ case: 'proof', value: proof }), 'proof'),
      vector('sealed, 16 bytes', toCar({ case: 'sealed', value: zeros(16) }), 'sealed'),
      vector('pair_start', toCar({ case: 'pairStart', value: { share: zeros(65) } }), 'pairStart'),
      vector(
        'revocation list, 142 bytes',
        toCar({ case: 'revocationList', value: zeros(142) }),
        'revocationList',
      ),
      bad('revocation list, 141 bytes', toCar({ case: 'revocationList', value: zeros(141) })),
      bad('sealed, 15 bytes', toCar({ case: 'sealed', value: zeros(15) })),
      bad('proof without a tag', toCar({ case: 'proof', value: { ...proof, tag: zeros(0) } })),
      bad(
        'proof with a tag of 17 bytes',
        toCar({ case: 'proof', value: { ...proof, tag: zeros(17) } }),
      ),
      bad(
        'proof with a handshake of 95 bytes',
        toCar({ case: 'proof', value: { ...proof, handshake: zeros(95) } }),
      ),
      bad('pair_start with 64 bytes', toCar({ case: 'pairStart', value: { share: zeros(64) } })),
      vector(
        'pair_confirm',
        toCar({ case: 'pairConfirm', value: { confirm: zeros(32), handshake: zeros(48) } }),
        'pairConfirm',
      ),
      bad(
        'pair_confirm with a confirmation of 33 bytes',
        toCar({ case: 'pairConfirm', value: { confirm: zeros(33), handshake: zeros(48) } }),
      ),
      ...[0, 47, 49].map((length) =>
        bad(
          `pair_confirm with a handshake of ${String(length)} bytes`,
          toCar({ case: 'pairConfirm', value: { confirm: zeros(32), handshake: zeros(length) } }),
        ),
      ),
      bad('pair_commit with 63 bytes', toCar({ case: 'pairCommit', value: zeros(63) })),
      bad(
        'a frame from the car',
        fromCar({ case: 'hello', value: { version: 1, handshake: zeros(32) } }),
      ),
      bad('length 0', length(0)),
      bad('length over the limit', length(MAX_MESSAGE_BYTES + 1)),
      bad('an empty oneof: only an unknown field', concat(length(2), Uint8Array.of(0x78, 1))),
      bad('a field that ends too late', concat(length(3), Uint8Array.of(0x12, 0x7f, 0))),
      bad('an endless varint', concat(length(12), new Uint8Array(12).fill(0xff))),
      bad('a group that never ends', concat(length(1), Uint8Array.of(0x0b))),
    ],
  };
};

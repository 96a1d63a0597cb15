import { flip } from '../lab/flip.js';
import { concat, toHex } from '../lib/platform/bytes.js';
import { WORD_LIFETIME_MS } from '../lib/native/session/freshness.js';
import type { Response } from '../lib/native/session/phone.js';
import { proofTagKey, proofTagWith } from '../lib/native/session/common.js';
import {
  answer,
  BAD_NAMES,
  challengeOf,
  forBits,
  fromCar,
  KEYS,
  NOTE,
  suite,
  toCar,
} from './example-keys.js';
import type { KeyPair } from '../lib/crypto/suite.js';
import type { Command } from '../lib/domain/commands.js';
import { encodePhoneIdentity } from '../lib/native/codec.js';
import { signedInPairing } from '../lib/native/pairing/transcript.js';
import { encodeCommand } from '../lib/native/commands.js';
import { MAX_MESSAGE_BYTES } from '../lib/native/profile.js';
import { unknownFields } from './wire-vectors.js';
import { phoneNoise, pairingRun, sharedKey } from './worked-example.js';

/** The vectors of test/vectors/*.json: most of them must be refused. Hex throughout. */

const zeros = (length: number): Uint8Array => new Uint8Array(length);

/** What a car must make of proofs, each against the same fresh challenge. */
export const sessionVectors = () => {
  const { bytes: challenge } = challengeOf(KEYS.carEphemeral);
  const { bytes: other } = challengeOf(KEYS.pairingChallengeEphemeral);
  const command = encodeCommand({ type: 'unlock' });
  const good = answer(challenge, KEYS.phone, command);
  const { handshake } = good;
  const tagWith = proofTagWith(suite, proofTagKey(suite, KEYS.car.publicKey));
  const tagged = (handshake: Uint8Array) => ({ handshake, tag: tagWith(challenge, handshake) });
  /** `at`: milliseconds after the challenge was made. */
  const proofs = (
    expect: 'accepted' | 'refused',
    at: number,
    values: Readonly<Record<string, Pick<Response, 'handshake' | 'tag'>>>,
  ) =>
    Object.entries(values).map(([name, { handshake, tag }]) => {
      return { name, at, handshake: toHex(handshake), tag: toHex(tag), expect };
    });
  const otherCar = suite.x25519KeyPair(KEYS.phoneSigning.privateKey).publicKey;
  const toOther = answer(other, KEYS.phone, command);
  const forOther = answer(challenge, KEYS.phone, command, otherCar);
  const withEphemeral = (...key: readonly Uint8Array[]) =>
    tagged(concat(...key, handshake.slice(32)));
  return {
    note: NOTE,
    car_private: toHex(KEYS.car.privateKey),
    car_ephemeral_private: toHex(KEYS.carEphemeral),
    challenge: toHex(challenge),
    phone_public: toHex(KEYS.phone.publicKey),
    command: toHex(command),
    proofs: [
      ...proofs('accepted', 1, { 'the proof of the worked example': good }),
      ...proofs('accepted', WORD_LIFETIME_MS - 1, { 'in the last millisecond': good }),
      ...proofs('refused', WORD_LIFETIME_MS, { 'the challenge has expired': good }),
      ...proofs('refused', 1, {
        'an answer to another challenge': toOther,
        'the same, with the tag made for this challenge': tagged(toOther.handshake),
        'meant for another car': forOther,
        'the same, with the tag key of this car': tagged(forOther.handshake),
        'tag of zeros': { handshake, tag: zeros(16) },
        ...forBits('bit # of the tag flipped', [0, 64, 127], (bit) => ({
          handshake,
          tag: flip(good.tag, bit),
        })),
        ...forBits('bit # flipped, tag made anew', HANDSHAKE_BITS, (bit) =>
          tagged(flip(handshake, bit)),
        ),
        'bit 0 flipped, tag kept': { ...good, handshake: flip(handshake, 0) },
        'cut to 96 bytes, tag made anew': tagged(handshake.slice(0, 96)),
        'cut to 97 bytes, tag made anew': tagged(handshake.slice(0, 97)),
        'a byte too many, tag made anew': tagged(concat(handshake, Uint8Array.of(0))),
        'ephemeral key of small order (all zero)': withEphemeral(zeros(32)),
        'ephemeral key of small order (one)': withEphemeral(Uint8Array.of(1), zeros(31)),
        'the challenge itself as ephemeral key': withEphemeral(challenge),
      }),
    ],
    commands: commandVectors(),
  };
};

/** What a car must make of commands in a session. `after`: milliseconds after its last word. */
const commandVectors = () => {
  const vector = (command: Command, after = WORD_LIFETIME_MS, expect = 'too late') => ({
    name: command.type as string,
    after,
    command: toHex(encodeCommand(command)),
    expect,
  });
  return [
    vector({ type: 'unlock' }, WORD_LIFETIME_MS - 1, 'carried out'),
    vector({ type: 'unlock' }),
    vector({ type: 'unlock' }, 45_000),
    vector({ type: 'lock' }),
    vector({ type: 'start', pin: '4711' }),
    vector({ type: 'trunk' }),
    vector({ type: 'frunk' }),
    vector({ type: 'removeKey', slot: 1 }),
    vector({ type: 'removeKey', slot: 0 }),
    vector({ type: 'removeKey' }),
    vector({ type: 'setPin', pin: '4711' }),
    vector({ type: 'setPin', pin: '4711', oldPin: '1174' }),
    vector({ type: 'raiseEpoch' }),
    vector({ type: 'setTime', seconds: 1_800_000_000 }),
    vector({ type: 'status' }, 59_999, 'carried out'),
    vector({ type: 'listKeys' }, 59_999, 'carried out'),
    vector({ type: 'deliver', revocationList: zeros(142) }, 59_999, 'carried out'),
    { name: 'of a later day', after: 59_999, command: 'a20600', expect: 'unknown command' },
  ];
};

const HANDSHAKE_BITS = [0, 255, 256, 511, 639, 640, 655, 656, 783];

type PairingField = 'share' | 'confirm' | 'handshake' | 'commit';

/** What a car must make of the phone's messages in a pairing; one of them differs in each case. */
export const pairingVectors = () => {
  const run = pairingRun();
  const { share, commit, offer } = run;
  const { confirm, handshake } = run.confirm;
  const good: Record<PairingField, Uint8Array> = { share, confirm, handshake, commit };
  const changed = (
    at: PairingField,
    values: Readonly<Record<string, Uint8Array>>,
    expect: 'refused' | 'name invalid' = 'refused',
  ) =>
    Object.entries(values).map(([name, value]) => ({
      name: `${at}: ${name}`,
      messages: hexed({ ...good, [at]: value }),
      expect,
      at,
    }));
  return {
    note: NOTE,
    code: KEYS.code,
    car_private: toHex(KEYS.car.privateKey),
    hello_handshake: toHex(run.hello),
    verifier_random: toHex(KEYS.verifierRandom),
    noise_car_private: toHex(KEYS.pairingCarEphemeral),
    car_name: KEYS.carName,
    role: 'owner' as const,
    phone_public: toHex(KEYS.phone.publicKey),
    phone_signing_public: toHex(KEYS.phoneSigning.publicKey),
    answers: {
      share: toHex(run.answer.share),
      confirm: toHex(run.answer.confirm),
      offer: toHex(offer),
      done: toHex(run.done),
    },
    cases: [
      { name: 'the worked example', messages: hexed(good), expect: 'accepted' as const },
      ...changed('share', {
        'compressed marker': share.with(0, 2),
        'all zero': zeros(65),
        'not on the curve': flip(share, 8 * 64),
        '64 bytes': share.slice(0, 64),
        'the verifier answers itself': run.answer.share,
      }),
      ...changed('confirm', {
        ...forBits('bit # flipped', [0, 100, 255], (bit) => flip(confirm, bit)),
        reflected: run.answer.confirm,
        '31 bytes': confirm.slice(0, 31),
      }),
      ...changed('handshake', {
        ...forBits('bit # flipped', [0, 255, 256, 383], (bit) => flip(handshake, bit)),
        '47 bytes': handshake.slice(0, 47),
        'a byte too many': concat(handshake, zeros(1)),
        'under another key': phoneNoise(zeros(32)).writeMessage(zeros(0)),
      }),
      ...changed('commit', {
        ...forBits('bit # flipped', [0, 200, 8 * commit.length - 1], (bit) => flip(commit, bit)),
        'a byte short': commit.slice(0, -1),
        'the offer reflected': offer,
        'an X25519 key that is only named': commitOf({ identity: NAMED }),
        'an Ed25519 key that is only named': commitOf({ signer: KEYS.guestSigning }),
        'signed in another run': commitOf({ signed: () => signedBy(zeros(64)) }),
        'signed for another X25519 key': commitOf({
          signed: (h) => signedInPairing(h, KEYS.guest.publicKey),
        }),
        'signed without the label': commitOf({ signed: (h) => concat(h, KEYS.phone.publicKey) }),
      }),
      ...changed(
        'commit',
        Object.fromEntries(
          Object.entries(BAD_NAMES).map(([what, name]) => [what, commitOf({ name })]),
        ),
        'name invalid',
      ),
    ],
  };
};

/** The phone's public key with somebody else's private key. */
const NAMED = { ...KEYS.guest, publicKey: KEYS.phone.publicKey };

const signedBy = (h: Uint8Array): Uint8Array => signedInPairing(h, KEYS.phone.publicKey);

/** The commit of somebody who knows the code, and has not all the keys that he names. */
const commitOf = ({
  identity = KEYS.phone,
  signer = KEYS.phoneSigning,
  signed = signedBy,
  name = KEYS.phoneName,
}: {
  readonly identity?: KeyPair;
  readonly signer?: KeyPair;
  readonly signed?: (h: Uint8Array) => Uint8Array;
  readonly name?: string;
}): Uint8Array => {
  const run = pairingRun();
  const noise = phoneNoise(sharedKey(run), identity);
  noise.writeMessage(zeros(0));
  noise.readMessage(run.offer);
  const signature = suite.ed25519Sign(signer, signed(noise.handshakeHash));
  const { publicKey: signingKey } = KEYS.phoneSigning;
  return noise.writeMessage(encodePhoneIdentity({ signingKey, signature, name }));
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
  const length = (bytes: number) => Uint8Array.of(bytes >> 8, bytes & 0xff);
  const pairConfirm = (confirm: number, handshake: number) =>
    toCar({ case: 'pairConfirm', value: { confirm: zeros(confirm), handshake: zeros(handshake) } });
  const malformed = {
    'revocation list, 147 bytes': toCar({ case: 'revocationList', value: zeros(147) }),
    'sealed, 15 bytes': toCar({ case: 'sealed', value: zeros(15) }),
    'proof without a tag': toCar({ case: 'proof', value: { ...proof, tag: zeros(0) } }),
    'proof with a tag of 17 bytes': toCar({ case: 'proof', value: { ...proof, tag: zeros(17) } }),
    'proof with a handshake of 95 bytes': toCar({
      case: 'proof',
      value: { ...proof, handshake: zeros(95) },
    }),
    'pair_start with 64 bytes': toCar({ case: 'pairStart', value: { share: zeros(64) } }),
    'pair_confirm with a confirmation of 33 bytes': pairConfirm(33, 48),
    'pair_confirm without a handshake': pairConfirm(32, 0),
    'pair_confirm with a handshake of 47 bytes': pairConfirm(32, 47),
    'pair_confirm with a handshake of 49 bytes': pairConfirm(32, 49),
    'pair_commit with 63 bytes': toCar({ case: 'pairCommit', value: zeros(63) }),
    'a frame from the car': fromCar({ case: 'hello', value: { version: 1, handshake: zeros(32) } }),
    'length 0': length(0),
    'length over the limit': length(MAX_MESSAGE_BYTES + 1),
    'an empty oneof: only an unknown field': concat(length(2), Uint8Array.of(0x78, 1)),
    'a field that ends too late': concat(length(3), Uint8Array.of(0x12, 0x7f, 0)),
    'an endless varint': concat(length(12), new Uint8Array(12).fill(0xff)),
    'a group that never ends': concat(length(1), Uint8Array.of(0x0b)),
  };
  return {
    note: NOTE,
    to_car: [
      vector('proof', toCar({ case: 'proof', value: proof }), 'proof'),
      vector('sealed, 16 bytes', toCar({ case: 'sealed', value: zeros(16) }), 'sealed'),
      vector('pair_start', toCar({ case: 'pairStart', value: { share: zeros(65) } }), 'pairStart'),
      vector('pair_confirm', pairConfirm(32, 48), 'pairConfirm'),
      vector(
        'revocation list, 148 bytes',
        toCar({ case: 'revocationList', value: zeros(148) }),
        'revocationList',
      ),
      ...Object.entries(malformed).map(([name, frame]) => vector(name, frame, 'malformed')),
      ...unknownFields(toCar({ case: 'sealed', value: zeros(16) }).subarray(2), 'sealed'),
    ],
  };
};

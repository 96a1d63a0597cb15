import { CarPairing } from '../lib/native/pairing/car.js';
import {
  ID_PROVER,
  ID_VERIFIER,
  PAIRING,
  pairingContext,
  pairingHandshake,
  pairingRegistration,
  pairingSecrets,
  signedInPairing,
} from '../lib/native/pairing/transcript.js';
import { PhonePairing } from '../lib/native/pairing/phone.js';
import { Spake2PlusProver } from '../lib/native/pairing/spake2plus.js';
import { carSecrets, Challenge } from '../lib/native/session/car.js';
import { answerChallenge } from '../lib/native/session/phone.js';
import { PROLOGUE, proofTagKey } from '../lib/native/session/common.js';
import { advertisementKey, encodeAdvertisement } from '../lib/native/advertisement.js';
import { encodeCarIdentity, encodeEnrolment, encodePhoneIdentity } from '../lib/native/codec.js';
import { encodeCommand, encodeResult } from '../lib/native/commands.js';
import type { Command } from '../lib/domain/commands.js';
import type { Enrolment, Outcome } from '../lib/domain/outcomes.js';
import { bytes, fixed, fromCar, KEYS, suite, toCar } from './example-keys.js';
import type { Line } from './example-keys.js';
import { grantExample, introductionExample, revocationListExample } from './sharing-examples.js';

/**
 * One run of the protocol with published keys, value by value: the worked example of
 * docs/PROTOCOL.md, and the base of test/vectors/*.json. Grants and revocation lists: sharing-examples.ts.
 */

const advertisementExample = (): Line[] => {
  const key = advertisementKey(suite, KEYS.car.publicKey);
  const data = encodeAdvertisement(suite, key, true, fixed(KEYS.advertisementNonce));
  return [
    bytes('car_public', KEYS.car.publicKey),
    bytes('advertisement_key', key),
    bytes('flags', Uint8Array.of(1)),
    bytes('nonce', KEYS.advertisementNonce),
    bytes('service_data', data),
  ];
};

const sessionExample = (): Line[] => {
  const secrets = carSecrets(suite, KEYS.car);
  const challenge = new Challenge(suite, fixed(KEYS.carEphemeral), secrets, 0);
  const unlock: Command = { type: 'unlock' };
  const status: Command = { type: 'status' };
  const response = answerChallenge(
    suite,
    fixed(KEYS.phoneEphemeral),
    { identity: KEYS.phone, carPublicKey: KEYS.car.publicKey },
    challenge.bytes,
    encodeCommand(unlock),
  );
  const { handshake, tag } = response;
  const verified = challenge.verify(handshake, tag, 1);
  if (verified === undefined) throw new Error('the example does not verify');
  const result = (outcome: Outcome): Uint8Array =>
    encodeResult({ outcome, clockLost: false, epoch: 0 });
  const done = result({ type: 'done' });
  const state = result({
    type: 'status',
    status: {
      locked: false,
      open: ['front-left'],
      driveSecondsLeft: 120,
      speedLimit: null,
      pinNeeded: false,
    },
  });
  const firstResult = verified.channel.seal(done);
  const nextCommand = response.channel.seal(encodeCommand(status));
  const nextResult = verified.channel.seal(state);
  return [
    bytes('car_private', KEYS.car.privateKey),
    bytes('car_public', KEYS.car.publicKey),
    bytes('phone_private', KEYS.phone.privateKey),
    bytes('phone_public', KEYS.phone.publicKey),
    bytes('car_ephemeral_private', KEYS.carEphemeral),
    bytes('phone_ephemeral_private', KEYS.phoneEphemeral),
    bytes('prologue', PROLOGUE),
    bytes('hello_handshake', challenge.bytes),
    bytes(
      'hello_frame',
      fromCar({ case: 'hello', value: { version: 1, handshake: challenge.bytes } }),
    ),
    bytes('command_unlock', encodeCommand(unlock)),
    bytes('proof_handshake', handshake),
    bytes('proof_tag_key', proofTagKey(suite, KEYS.car.publicKey)),
    bytes('proof_tag', tag),
    bytes('proof_frame', toCar({ case: 'proof', value: { handshake, tag } })),
    bytes('result_done', done),
    bytes('sealed_result', firstResult),
    bytes('result_frame', fromCar({ case: 'sealed', value: firstResult })),
    bytes('command_status', encodeCommand(status)),
    bytes('sealed_command', nextCommand),
    bytes('command_frame', toCar({ case: 'sealed', value: nextCommand })),
    bytes('result_status', state),
    bytes('next_result_frame', fromCar({ case: 'sealed', value: nextResult })),
  ];
};

const window = { name: KEYS.carName, role: 'owner' } as const;

const enrolment: Enrolment = {
  slot: 0,
  role: 'owner',
  epoch: 0,
  time: 1_800_000_000,
  mark: 0,
};

/** The messages of a pairing with the example's keys. */
export const pairingRun = () => {
  const hello = new Challenge(
    suite,
    fixed(KEYS.pairingChallengeEphemeral),
    carSecrets(suite, KEYS.car),
    0,
  ).bytes;
  const registration = pairingRegistration(KEYS.code);
  const phoneRandom = fixed(KEYS.proverRandom, KEYS.pairingPhoneEphemeral);
  const phone = new PhonePairing(suite, phoneRandom, KEYS.code, hello);
  const carRandom = fixed(KEYS.verifierRandom, KEYS.pairingCarEphemeral);
  const car = new CarPairing(suite, carRandom, registration, hello);
  const answer = car.respond(phone.share);
  const confirm = phone.confirm(answer.share, answer.confirm);
  car.verify(confirm.confirm, confirm.handshake, KEYS.car);
  const offer = car.offer(window);
  phone.openOffer(offer);
  const keys = { identity: KEYS.phone, signing: KEYS.phoneSigning };
  const commit = phone.commit(keys, { name: KEYS.phoneName });
  car.openCommit(commit);
  const done = car.done(enrolment);
  phone.openDone(done);
  return { hello, registration, share: phone.share, answer, confirm, offer, commit, done };
};

/** What PhonePairing keeps to itself: K_shared (32 bytes), and the hash of the handshake after the offer (64). */
export const pairingSecretsOf = ({
  hello,
  answer,
  offer,
}: ReturnType<typeof pairingRun>): {
  readonly shared: Uint8Array;
  readonly transcript: Uint8Array;
} => {
  const shared = new Spake2PlusProver({
    ...pairingSecrets(KEYS.code, suite),
    context: pairingContext(hello),
    idProver: ID_PROVER,
    idVerifier: ID_VERIFIER,
    random: fixed(KEYS.proverRandom),
    suite,
  }).finish(answer.share, answer.confirm).sharedKey;
  const noise = pairingHandshake(
    suite,
    fixed(KEYS.pairingPhoneEphemeral),
    'phone',
    shared,
    KEYS.phone,
  );
  noise.writeMessage(new Uint8Array(0));
  noise.readMessage(offer);
  return { shared, transcript: noise.handshakeHash };
};

const pairingExample = (): Line[] => {
  const run = pairingRun();
  const { hello, registration, share, answer, confirm, offer, commit, done } = run;
  const { shared, transcript } = pairingSecretsOf(run);
  const signed = signedInPairing(transcript, KEYS.phone.publicKey);
  const signature = suite.ed25519Sign(KEYS.phoneSigning, signed);
  const identity = { signingKey: KEYS.phoneSigning.publicKey, signature, name: KEYS.phoneName };
  return [
    ['code (text)', KEYS.code],
    bytes('id_prover', ID_PROVER),
    bytes('id_verifier', ID_VERIFIER),
    bytes('w0', registration.w0),
    bytes('w1', pairingSecrets(KEYS.code, suite).w1),
    bytes('L', registration.L),
    bytes('car_ephemeral_private', KEYS.pairingChallengeEphemeral),
    bytes('hello_handshake', hello),
    bytes('context', pairingContext(hello)),
    bytes('prover_random', KEYS.proverRandom),
    bytes('verifier_random', KEYS.verifierRandom),
    bytes('shareP', share),
    bytes('pair_start_frame', toCar({ case: 'pairStart', value: { share } })),
    bytes('shareV', answer.share),
    bytes('confirmV', answer.confirm),
    bytes('pair_share_frame', fromCar({ case: 'pairShare', value: answer })),
    bytes('confirmP', confirm.confirm),
    bytes('K_shared', shared),
    bytes('prologue', PAIRING),
    bytes('noise_phone_private', KEYS.pairingPhoneEphemeral),
    bytes('noise_car_private', KEYS.pairingCarEphemeral),
    bytes('pair_confirm_frame', toCar({ case: 'pairConfirm', value: confirm })),
    bytes('car_private', KEYS.car.privateKey),
    bytes('car_public', KEYS.car.publicKey),
    ['car_name (text)', KEYS.carName],
    bytes('car_identity', encodeCarIdentity(window)),
    bytes('pair_offer_frame', fromCar({ case: 'pairOffer', value: offer })),
    bytes('h', transcript),
    bytes('phone_private', KEYS.phone.privateKey),
    bytes('phone_public', KEYS.phone.publicKey),
    bytes('phone_signing_private', KEYS.phoneSigning.privateKey),
    bytes('phone_signing_public', KEYS.phoneSigning.publicKey),
    bytes('signed', signed),
    bytes('signature', signature),
    ['phone_name (text)', KEYS.phoneName],
    bytes('phone_identity', encodePhoneIdentity(identity)),
    bytes('pair_commit_frame', toCar({ case: 'pairCommit', value: commit })),
    bytes('enrolment', encodeEnrolment(enrolment)),
    bytes('pair_done_frame', fromCar({ case: 'pairDone', value: done })),
  ];
};

export const EXAMPLES: Readonly<Record<string, () => Line[]>> = {
  advertisement: advertisementExample,
  session: sessionExample,
  pairing: pairingExample,
  grant: grantExample,
  introduction: introductionExample,
  revocation_list: revocationListExample,
};

/** An example as it stands in docs/PROTOCOL.md: names, then values in lines of 32 bytes. */
const render = (lines: readonly Line[]): string => {
  const width = Math.max(...lines.map(([name]) => name.length)) + 2;
  return lines
    .flatMap(([name, value]) => {
      const rows = value.match(/.{1,64}/g) ?? [''];
      return rows.map((row, i) => `${(i === 0 ? name : '').padEnd(width)}${row}`);
    })
    .join('\n');
};

/** `text` with each part between `<!-- example: NAME -->` and `<!-- end -->` made anew. */
export const fillExamples = (text: string): string =>
  text.replace(
    /(<!-- example: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, head: string, name: string, tail: string) => {
      const example = EXAMPLES[name];
      if (example === undefined) throw new Error(`docs/PROTOCOL.md asks for no example ${name}`);
      return `${head}\n\`\`\`text\n${render(example())}\n\`\`\`\n\n${tail}`;
    },
  );

/** How many examples a text holds; the test that compares them must find all. */
export const countExamples = (text: string): number =>
  text.match(/<!-- example: \w+ -->/g)?.length ?? 0;

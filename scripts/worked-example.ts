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
import { PROLOGUE, proofTagKey } from '../lib/native/session/common.js';
import {
  advertisementKey,
  encodeAdvertisement,
  nativeAdvertising,
} from '../lib/native/advertisement.js';
import { encodeSet } from '../lib/radio/advertising-data.js';
import { encodeCarIdentity, encodeEnrolment, encodePhoneIdentity } from '../lib/native/codec.js';
import { encodeCommand, encodeResult } from '../lib/native/commands.js';
import type { KeyPair } from '../lib/crypto/suite.js';
import type { HandshakeState } from '../lib/noise/handshake-state.js';
import { NO_TERMS } from '../lib/domain/outcomes.js';
import type { Outcome } from '../lib/domain/outcomes.js';
import { toHex } from '../lib/platform/bytes.js';
import {
  challengeOf,
  exampleSession,
  fixed,
  fromCar,
  KEYS,
  pair,
  suite,
  toCar,
} from './example-keys.js';
import type { Example } from './example-keys.js';
import { pairingTranscript, POINTS } from './pairing-transcript.js';
import { grantExample, introductionExample, revocationListExample } from './sharing-examples.js';

/**
 * One run of the protocol with published keys, value by value: the worked example of
 * docs/PROTOCOL.md, and the base of test/vectors/*.json. Grants and revocation lists: sharing-examples.ts.
 */

const advertisementExample = (): Example => {
  const key = advertisementKey(suite, KEYS.car.publicKey);
  const service = encodeAdvertisement(suite, key, true, fixed(KEYS.advertisementNonce));
  const { advertisement, scanResponse } = encodeSet(nativeAdvertising(service));
  return {
    car_public: KEYS.car.publicKey,
    advertisement_key: key,
    flags: Uint8Array.of(1),
    nonce: KEYS.advertisementNonce,
    service_data: service,
    advertising_data: advertisement,
    scan_response: scanResponse,
  };
};

const sessionExample = (): Example => {
  const unlock = encodeCommand({ type: 'unlock' });
  const command = encodeCommand({ type: 'status' });
  const { hello, proof, phone, car, keys } = exampleSession(KEYS.phone, unlock);
  const result = (outcome: Outcome): Uint8Array =>
    encodeResult({ outcome, clockLost: false, ...NO_TERMS });
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
  const firstResult = car.seal(done);
  const nextCommand = phone.seal(command);
  return {
    ...pair('car', KEYS.car),
    ...pair('phone', KEYS.phone),
    car_ephemeral_private: KEYS.carEphemeral,
    phone_ephemeral_private: KEYS.phoneEphemeral,
    prologue: PROLOGUE,
    hello_handshake: hello,
    hello_frame: fromCar({ case: 'hello', value: { version: 1, handshake: hello } }),
    command_unlock: unlock,
    proof_handshake: proof.handshake,
    ...keys,
    proof_tag_key: proofTagKey(suite, KEYS.car.publicKey),
    proof_tag: proof.tag,
    proof_frame: toCar({ case: 'proof', value: proof }),
    result_done: done,
    sealed_result: firstResult,
    result_frame: fromCar({ case: 'sealed', value: firstResult }),
    command_status: command,
    sealed_command: nextCommand,
    command_frame: toCar({ case: 'sealed', value: nextCommand }),
    vehicle_status: 'locked=0 open_closures=1 drive_seconds_left=120',
    result_status: state,
    next_result_frame: fromCar({ case: 'sealed', value: car.seal(state) }),
  };
};

const window = { name: KEYS.carName, role: 'owner' } as const;

const enrolment = {
  slot: 0,
  role: 'owner',
  epoch: 0,
  time: 1_800_000_000,
  mark: 0,
  floor: 0,
} as const;

/** The messages of a pairing with the example's keys. */
export const pairingRun = () => {
  const { bytes: hello } = challengeOf(KEYS.pairingChallengeEphemeral);
  const registration = pairingRegistration(KEYS.code);
  const phoneRandom = fixed(KEYS.proverRandom, KEYS.pairingPhoneEphemeral);
  const phone = new PhonePairing(suite, phoneRandom, pairingSecrets(KEYS.code, suite), hello);
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

/** K_shared of that run, 32 bytes: SPAKE2+ alone, which PhonePairing keeps to itself. */
export const sharedKey = ({ hello, answer }: ReturnType<typeof pairingRun>): Uint8Array =>
  new Spake2PlusProver({
    ...pairingSecrets(KEYS.code, suite),
    context: pairingContext(hello),
    idProver: ID_PROVER,
    idVerifier: ID_VERIFIER,
    random: fixed(KEYS.proverRandom),
    suite,
  }).finish(answer.share, answer.confirm).sharedKey;

/** The phone's side of Noise in that run, from its beginning. */
export const phoneNoise = (psk: Uint8Array, identity: KeyPair = KEYS.phone): HandshakeState =>
  pairingHandshake(suite, fixed(KEYS.pairingPhoneEphemeral), 'phone', psk, identity);

/** Its hash after the offer, which PhonePairing keeps to itself, too. */
export const transcriptOf = (run: ReturnType<typeof pairingRun>): Uint8Array => {
  const noise = phoneNoise(sharedKey(run));
  noise.writeMessage(new Uint8Array(0));
  noise.readMessage(run.offer);
  return noise.handshakeHash;
};

const pairingExample = (): Example => {
  const run = pairingRun();
  const { hello, registration, share, answer, confirm, offer, commit, done } = run;
  const context = pairingContext(hello);
  const { w0 } = registration;
  const { w1 } = pairingSecrets(KEYS.code, suite);
  const { x, y, ...transcript } = pairingTranscript({
    context,
    w0,
    w1,
    proverRandom: KEYS.proverRandom,
    verifierRandom: KEYS.verifierRandom,
    shareP: share,
    shareV: answer.share,
    confirmP: confirm.confirm,
  });
  const h = transcriptOf(run);
  const signed = signedInPairing(h, KEYS.phone.publicKey);
  const signature = suite.ed25519Sign(KEYS.phoneSigning, signed);
  const { publicKey: signingKey } = KEYS.phoneSigning;
  return {
    code: KEYS.code,
    id_prover: ID_PROVER,
    id_verifier: ID_VERIFIER,
    ...POINTS,
    w0,
    w1,
    L: registration.L,
    car_ephemeral_private: KEYS.pairingChallengeEphemeral,
    hello_handshake: hello,
    context,
    phone_random: KEYS.proverRandom,
    car_random: KEYS.verifierRandom,
    ...{ x, y },
    shareP: share,
    pair_start_frame: toCar({ case: 'pairStart', value: { share } }),
    shareV: answer.share,
    ...transcript,
    confirmV: answer.confirm,
    pair_share_frame: fromCar({ case: 'pairShare', value: answer }),
    confirmP: confirm.confirm,
    K_shared: sharedKey(run),
    prologue: PAIRING,
    noise_phone_private: KEYS.pairingPhoneEphemeral,
    noise_car_private: KEYS.pairingCarEphemeral,
    pair_confirm_frame: toCar({ case: 'pairConfirm', value: confirm }),
    ...pair('car', KEYS.car),
    car_name: KEYS.carName,
    car_identity: encodeCarIdentity(window),
    pair_offer_frame: fromCar({ case: 'pairOffer', value: offer }),
    h,
    ...pair('phone', KEYS.phone),
    ...pair('phone_signing', KEYS.phoneSigning),
    signed,
    signature,
    phone_name: KEYS.phoneName,
    phone_identity: encodePhoneIdentity({ signingKey, signature, name: KEYS.phoneName }),
    pair_commit_frame: toCar({ case: 'pairCommit', value: commit }),
    enrolment: encodeEnrolment(enrolment),
    pair_done_frame: fromCar({ case: 'pairDone', value: done }),
  };
};

export const EXAMPLES: Readonly<Record<string, () => Example>> = {
  advertisement: advertisementExample,
  session: sessionExample,
  pairing: pairingExample,
  grant: grantExample,
  introduction: introductionExample,
  revocation_list: revocationListExample,
};

/** An example as it stands in docs/PROTOCOL.md: names, then values in lines of 32 bytes. */
const render = (example: Example): string => {
  const lines = Object.entries(example).map(([name, value]) =>
    typeof value === 'string'
      ? ([`${name} (text)`, value] as const)
      : ([name, toHex(value)] as const),
  );
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

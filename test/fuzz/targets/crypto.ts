import { portableSuite } from '../../../lib/crypto/index.js';
import { nobleSuite } from '../../../lib/crypto/noble.js';
import { nodeSuite } from '../../../lib/crypto/node.js';
import { CipherState } from '../../../lib/noise/symmetric-state.js';
import { HandshakeState, PATTERNS } from '../../../lib/noise/handshake-state.js';
import {
  register,
  Spake2PlusProver,
  Spake2PlusVerifier,
} from '../../../lib/native/pairing/spake2plus.js';
import { concat, sameBytes, utf8 } from '../../../lib/platform/bytes.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { carSecrets, Challenge } from '../../../lib/native/session/car.js';
import { SealedChannel } from '../../../lib/native/session/common.js';
import { answerChallenge } from '../../../lib/native/session/phone.js';
import { encodeCommand } from '../../../lib/native/commands.js';
import { demand, refusing } from '../target.js';
import type { Target } from '../target.js';

const suite = nodeSuite;
const keyPair = (name: string) => suite.x25519KeyPair(seededRandom(name)(32));

const car = keyPair('car');
const phone = keyPair('phone');
const secrets = carSecrets(suite, car);
const command = encodeCommand({ type: 'unlock' });
/** The same challenge every time, so that inputs mean the same. */
const challenge = (): Challenge => new Challenge(suite, seededRandom('challenge'), secrets, 0);
const answer = () =>
  answerChallenge(
    suite,
    seededRandom('answer'),
    { identity: phone, carPublicKey: car.publicKey },
    challenge().bytes,
    command,
  );

/** Keys on which implementations of Curve25519 are known to differ. */
const ODD_KEYS = [0x00, 0x01, 0xec, 0xed, 0xee, 0xff].map((first) => {
  const key = new Uint8Array(32).fill(first > 1 ? 0xff : 0);
  key[0] = first;
  return key;
});

const NAMES = ['NN', 'NX', 'KX', 'XX', 'IK', 'XK', 'XXpsk0'] as const;

const noise = (name: (typeof NAMES)[number], initiator: boolean): HandshakeState => {
  const pattern = PATTERNS[name];
  const sends = (parity: number): boolean =>
    pattern.messages.some((tokens, i) => i % 2 === parity && (tokens as string[]).includes('s'));
  const { initiatorKnown, responderKnown } = pattern;
  const hasKey = initiator ? initiatorKnown || sends(0) : responderKnown || sends(1);
  const knows = initiator ? responderKnown : initiatorKnown;
  return new HandshakeState(suite, pattern, {
    initiator,
    prologue: utf8('fuzz'),
    random: seededRandom(initiator ? 'initiator' : 'responder'),
    ...(hasKey ? { s: initiator ? car : phone } : {}),
    ...(knows ? { rs: (initiator ? phone : car).publicKey } : {}),
    ...(name === 'XXpsk0' ? { psk: new Uint8Array(32) } : {}),
  });
};

/** The first message that the side of an input reads. */
const firstMessage = (index: number): Uint8Array => {
  const name = NAMES[index >> 1] ?? 'NN';
  const initiator = noise(name, true);
  const first = initiator.writeMessage(utf8('hello'));
  if ((index & 1) === 0) return first;
  const responder = noise(name, false);
  responder.readMessage(first);
  return responder.writeMessage(utf8('answer'));
};

const spake = {
  context: utf8('fuzz'),
  idProver: utf8('phone'),
  idVerifier: utf8('car'),
  suite,
};
const scalar = (name: string): Uint8Array => concat(Uint8Array.of(0), seededRandom(name)(31));
const password = { w0: scalar('w0'), w1: scalar('w1') };

const spakeShares = (): Uint8Array[] => {
  const prover = new Spake2PlusProver({ ...password, ...spake, random: seededRandom('prover') });
  const verifier = new Spake2PlusVerifier({
    ...register(password),
    ...spake,
    random: seededRandom('verifier'),
  });
  const { shareV, confirmV } = verifier.respond(prover.share);
  const compressed = concat(Uint8Array.of(2), prover.share.subarray(1, 33), new Uint8Array(32));
  return [
    concat(Uint8Array.of(0), prover.share, confirmV),
    concat(
      Uint8Array.of(1),
      shareV,
      confirmV.map((byte) => byte ^ 1),
    ),
    concat(Uint8Array.of(0), compressed, confirmV),
  ];
};

export const cryptoTargets: readonly Target[] = [
  {
    name: 'noise',
    seeds: () =>
      NAMES.flatMap((_, i) => [2 * i, 2 * i + 1]).map((i) =>
        concat(Uint8Array.of(i), firstMessage(i)),
      ),
    dictionary: ODD_KEYS,
    batch: 16,
    run(input) {
      const index = (input[0] ?? 0) % (2 * NAMES.length);
      const name = NAMES[index >> 1] ?? 'NN';
      const side = noise(name, (index & 1) === 1);
      if ((index & 1) === 1) side.writeMessage(utf8('hello'));
      const codes = ['noise.message', 'protocol.authentication', 'crypto.weak-key'];
      const payload = refusing(codes, () => side.readMessage(input.subarray(1)));
      if (payload !== undefined) {
        demand(payload.length < input.length, 'a payload is shorter than its message');
        return;
      }
      demand(
        refusing(['noise.state'], () => side.split()) === undefined,
        'no keys come out of a handshake that failed',
      );
    },
  },
  {
    name: 'proof',
    seeds: () => [answer().handshake],
    dictionary: ODD_KEYS,
    batch: 16,
    run(input) {
      // As from somebody who knows the car's public key: the tag is right.
      const fresh = challenge();
      const tag = secrets.proofTag(fresh.bytes, input);
      const verified = fresh.verify(input, tag, 1);
      if (verified === undefined) return;
      demand(sameBytes(verified.phonePublicKey, phone.publicKey), 'nobody proves to be another');
      demand(sameBytes(verified.command, command), 'with another command than was sealed');
      demand(fresh.verify(input, tag, 1) === undefined, 'a challenge is good for one proof');
    },
  },
  {
    name: 'sealed',
    seeds: () => [
      new CipherState(suite, keyPair('other').publicKey).encryptWithAd(new Uint8Array(0), command),
    ],
    run(input) {
      // Under another key than the seed's.
      const cipher = new CipherState(suite, keyPair('ours').publicKey);
      const channel = new SealedChannel({ send: cipher, receive: cipher });
      const codes = ['noise.message', 'protocol.authentication'];
      const opened = refusing(codes, () => channel.open(input));
      demand(opened === undefined, 'nothing opens that was not sealed for us');
    },
  },
  {
    name: 'spake2plus',
    seeds: spakeShares,
    dictionary: [Uint8Array.of(4), new Uint8Array(32), new Uint8Array(32).fill(0xff)],
    maxLength: 120,
    batch: 1,
    limitMs: 500,
    run(input) {
      const share = input.subarray(1, 66);
      const confirm = input.subarray(66);
      const random = seededRandom('fuzz');
      const codes = ['protocol.malformed', 'pairing.wrong-code'];
      const key = refusing(codes, () => {
        if (((input[0] ?? 0) & 1) === 0) {
          const verifier = new Spake2PlusVerifier({ ...register(password), ...spake, random });
          verifier.respond(share);
          return verifier.finish(confirm);
        }
        const prover = new Spake2PlusProver({ ...password, ...spake, random });
        return prover.finish(share, confirm).sharedKey;
      });
      demand(key === undefined, 'no key without the code');
    },
  },
  {
    name: 'ed25519',
    seeds: () => {
      const pair = suite.ed25519KeyPair(seededRandom('signer')(32));
      return [concat(pair.publicKey, suite.ed25519Sign(pair, utf8('grant')), utf8('grant'))];
    },
    dictionary: ODD_KEYS,
    batch: 1,
    run(input) {
      const [key, signature] = [input.slice(0, 32), input.slice(32, 96)];
      const message = input.slice(96);
      const valid = suite.ed25519Verify(key, message, signature);
      for (const other of [portableSuite, nobleSuite]) {
        const same = other.ed25519Verify(key, message, signature) === valid;
        demand(same, 'all suites say the same of a signature');
      }
    },
  },
];

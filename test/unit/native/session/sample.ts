import type { KeyPair, Suite } from '../../../../lib/crypto/suite.js';
import { seededRandom } from '../../../../lib/platform/seeded-random.js';
import { carSecrets, Challenge } from '../../../../lib/native/session/car.js';
import { answerChallenge } from '../../../../lib/native/session/phone.js';
import type { Response } from '../../../../lib/native/session/phone.js';
import { encodeCommand } from '../../../../lib/native/commands.js';

export const UNLOCK = encodeCommand({ type: 'unlock' });

export const keyPair = (suite: Suite, seed: string): KeyPair =>
  suite.x25519KeyPair(seededRandom(seed)(32));

/** A car and a phone that know each other. The same seed gives the same challenge every time. */
export const sample = (suite: Suite, seed = 'sample') => {
  const car = keyPair(suite, `${seed} car`);
  const phone = keyPair(suite, `${seed} phone`);
  const secrets = carSecrets(suite, car);
  return {
    car,
    phone,
    secrets,
    challenge: (now = 0, which = ''): Challenge =>
      new Challenge(suite, seededRandom(`${seed} challenge ${which}`), secrets, now),
    answer: (challenge: Uint8Array, command: Uint8Array = UNLOCK): Response =>
      answerChallenge(
        suite,
        seededRandom(`${seed} answer`),
        { identity: phone, carPublicKey: car.publicKey },
        challenge,
        command,
      ),
  };
};

import { describe, expect, it } from '@jest/globals';
import { portableSuite } from '../../../../lib/crypto/index.js';
import { nodeSuite } from '../../../../lib/crypto/node.js';
import { toHex } from '../../../../lib/platform/bytes.js';
import { seededRandom } from '../../../../lib/platform/seeded-random.js';
import { carSecrets, Challenge } from '../../../../lib/native/session/car.js';
import { answerChallenge } from '../../../../lib/native/session/phone.js';
import { SessionKeyTap } from '../../../../lib/native/session/common.js';
import type { SessionKeys } from '../../../../lib/native/session/common.js';
import { keyPair, UNLOCK } from './sample.js';

describe.each([nodeSuite, portableSuite])('the keys of a session ($name)', (suite) => {
  const car = keyPair(suite, 'car');
  const phone = keyPair(suite, 'phone');

  const play = (spoil = false) => {
    const given = { car: [] as SessionKeys[], phone: [] as SessionKeys[] };
    const challenge = new Challenge(suite, seededRandom('c'), carSecrets(suite, car), 0, {
      onSessionKeys: (keys) => given.car.push(keys),
    });
    const { handshake, tag, channel } = answerChallenge(
      suite,
      seededRandom('p'),
      { identity: phone, carPublicKey: car.publicKey },
      challenge.bytes,
      UNLOCK,
      (keys) => given.phone.push(keys),
    );
    if (spoil) handshake[handshake.length - 1]! ^= 1;
    const verified = challenge.verify(handshake, tag, 0);
    return { given, challenge, channel, verified };
  };

  it('are the same on both sides, and named by the challenge', () => {
    const { given, challenge } = play();
    expect(given.phone).toHaveLength(1);
    expect(given.car).toEqual(given.phone);
    expect(given.car[0]?.challenge).toEqual(challenge.bytes);
    const lengths = Object.values(given.car[0]!).map((value: Uint8Array) => value.length);
    expect(lengths).toEqual([32, 64, 32, 32, 32, 32]);
  });

  it('are others than any long-term or ephemeral key', () => {
    const keys = Object.values(play().given.phone[0]!).map(toHex);
    expect(new Set(keys).size).toBe(6);
    const secrets = [car, phone].flatMap(({ privateKey, publicKey }) => [privateKey, publicKey]);
    const ephemeral = [seededRandom('c')(32), seededRandom('p')(32)];
    for (const secret of [...secrets, ...ephemeral]) expect(keys).not.toContain(toHex(secret));
  });

  it('are copies: altering them alters no session', () => {
    const { given, challenge, channel, verified } = play();
    const before = challenge.bytes.slice();
    for (const keys of [...given.car, ...given.phone]) {
      for (const value of Object.values(keys) as Uint8Array[]) value.fill(0);
    }
    expect(challenge.bytes).toEqual(before);
    expect(verified?.channel.open(channel.seal(UNLOCK))).toEqual(UNLOCK);
  });

  it('are not given of a proof that is not valid', () => {
    const { given, verified } = play(true);
    expect(verified).toBeUndefined();
    expect(given.car).toEqual([]);
  });
});

describe('the tap of a handshake', () => {
  const key = (number: number): Uint8Array => new Uint8Array(32).fill(number);
  const [challenge, transcript] = [key(8), new Uint8Array(64).fill(9)];

  const tapped = (keys: number, hello = true): SessionKeys[] => {
    const given: SessionKeys[] = [];
    const tap = new SessionKeyTap((each) => given.push(each));
    if (hello) tap.hello(challenge, transcript);
    for (let number = 0; number < keys; number++) tap.onKey(key(number));
    tap.complete();
    return given;
  };

  it('gives the keys after the first, in the order in which a handshake makes them', () => {
    const [identityKey, commandKey, fromCarKey, toCarKey] = [key(1), key(2), key(3), key(4)];
    const keys = { challenge, transcript, identityKey, commandKey, fromCarKey, toCarKey };
    expect(tapped(5)).toEqual([keys]);
  });

  it('gives nothing of a handshake that is not complete', () => {
    for (let keys = 0; keys < 5; keys++) expect(tapped(keys)).toEqual([]);
    expect(tapped(5, false)).toEqual([]);
  });
});

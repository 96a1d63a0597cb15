import { describe, expect, it } from '@jest/globals';
import { flip } from '../../../../lab/flip.js';
import { portableSuite } from '../../../../lib/crypto/index.js';
import { nodeSuite } from '../../../../lib/crypto/node.js';
import type { Suite } from '../../../../lib/crypto/suite.js';
import { HandshakeState, PATTERNS } from '../../../../lib/noise/handshake-state.js';
import { concat, toHex, utf8 } from '../../../../lib/platform/bytes.js';
import { seededRandom } from '../../../../lib/platform/seeded-random.js';
import { carSecrets, Challenge } from '../../../../lib/native/session/car.js';
import { WORD_LIFETIME_MS } from '../../../../lib/native/session/freshness.js';
import { answerChallenge } from '../../../../lib/native/session/phone.js';
import { PROLOGUE } from '../../../../lib/native/session/common.js';
import { keyPair, sample, UNLOCK } from './sample.js';
import { errorWith } from '../../../support/errors.js';

describe.each([nodeSuite, portableSuite])('challenge and response ($name)', (suite) => {
  /** Every one of them, or a sample where a handshake costs twenty times as much. */
  const each = (count: number): number[] => {
    const step = suite === nodeSuite ? 1 : Math.ceil(count / 8);
    return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
  };
  const { car, phone, secrets, challenge, answer } = sample(suite);
  const good = answer(challenge().bytes);
  /** What somebody who learnt the car's public key can do: a right tag over anything. */
  const retag = (challengeBytes: Uint8Array, handshake: Uint8Array): Uint8Array =>
    secrets.proofTag(challengeBytes, handshake);
  const verifyRetagged = (handshake: Uint8Array) => {
    const fresh = challenge();
    return fresh.verify(handshake, retag(fresh.bytes, handshake), 0);
  };

  it('accepts the right proof and learns who and what', () => {
    expect(challenge().bytes).toHaveLength(32);
    expect(good.handshake).toHaveLength(96 + UNLOCK.length);
    expect(good.tag).toHaveLength(16);
    const verified = challenge().verify(good.handshake, good.tag, 0);
    expect(verified).toMatchObject({ phonePublicKey: phone.publicKey, command: UNLOCK });
    expect(verifyRetagged(good.handshake)).toBeDefined();
  });

  it('does not take a fault of its own for a wrong proof', () => {
    const broken: Suite = {
      ...suite,
      x25519: () => {
        throw new RangeError('out of memory');
      },
    };
    const { bytes } = challenge();
    const there = new Challenge(broken, seededRandom('sample challenge '), secrets, 0);
    expect(there.bytes).toEqual(bytes);
    expect(() => there.verify(good.handshake, good.tag, 0)).toThrow(RangeError);
  });

  it('seals in both directions afterwards', () => {
    const response = answer(challenge().bytes);
    const verified = challenge().verify(response.handshake, response.tag, 0);
    const result = utf8('result');
    expect(response.channel.open(verified!.channel.seal(result))).toEqual(result);
    expect(verified!.channel.open(response.channel.seal(UNLOCK))).toEqual(UNLOCK);
  });

  it('refuses every single bit flipped in handshake, tag or challenge', () => {
    for (const bit of each(good.handshake.length * 8)) {
      expect(challenge().verify(flip(good.handshake, bit), good.tag, 0)).toBeUndefined();
    }
    for (const bit of each(good.tag.length * 8)) {
      expect(challenge().verify(good.handshake, flip(good.tag, bit), 0)).toBeUndefined();
    }
    for (const bit of each(32 * 8)) {
      const { handshake, tag } = answer(flip(challenge().bytes, bit));
      expect(challenge().verify(handshake, tag, 0)).toBeUndefined();
    }
  });

  it('refuses every flipped bit of the handshake even under a right tag', () => {
    // Bit 255 is the one that X25519 itself ignores.
    for (const bit of [255, ...each(good.handshake.length * 8)]) {
      expect(verifyRetagged(flip(good.handshake, bit))).toBeUndefined();
    }
  });

  it('refuses every truncation and an extension', () => {
    for (const length of each(good.handshake.length)) {
      const truncated = good.handshake.slice(0, length);
      expect(challenge().verify(truncated, good.tag, 0)).toBeUndefined();
      expect(verifyRetagged(truncated)).toBeUndefined();
    }
    for (const length of [0, 1, 15]) {
      expect(challenge().verify(good.handshake, good.tag.slice(0, length), 0)).toBeUndefined();
    }
    const longer = concat(good.handshake, Uint8Array.of(0));
    expect(challenge().verify(longer, good.tag, 0)).toBeUndefined();
    expect(verifyRetagged(longer)).toBeUndefined();
    const longTag = concat(good.tag, Uint8Array.of(0));
    expect(challenge().verify(good.handshake, longTag, 0)).toBeUndefined();
  });

  it('takes one proof per challenge, right or wrong', () => {
    const replayed = challenge();
    expect(replayed.verify(good.handshake, good.tag, 0)).toBeDefined();
    expect(replayed.verify(good.handshake, good.tag, 0)).toBeUndefined();
    const spent = challenge();
    expect(spent.verify(good.handshake, flip(good.tag, 0), 0)).toBeUndefined();
    expect(spent.verify(good.handshake, good.tag, 0)).toBeUndefined();
  });

  it('refuses a recorded proof against another challenge, even retagged', () => {
    const other = challenge(0, 'other');
    expect(other.bytes).not.toEqual(challenge().bytes);
    expect(other.verify(good.handshake, good.tag, 0)).toBeUndefined();
    const again = challenge(0, 'other');
    const tag = retag(again.bytes, good.handshake);
    expect(again.verify(good.handshake, tag, 0)).toBeUndefined();
  });

  it('expires after exactly 5 s', () => {
    expect(WORD_LIFETIME_MS).toBe(5_000);
    expect(challenge(1_000).verify(good.handshake, good.tag, 5_999)).toBeDefined();
    expect(challenge(1_000).verify(good.handshake, good.tag, 6_000)).toBeUndefined();
    expect(challenge(1_000).verify(good.handshake, good.tag, 60_000)).toBeUndefined();
  });

  it('refuses a proof for another car', () => {
    const other = carSecrets(suite, keyPair(suite, 'another car'));
    const there = (): Challenge =>
      new Challenge(suite, seededRandom('sample challenge '), other, 0);
    expect(there().bytes).toEqual(challenge().bytes);
    expect(there().verify(good.handshake, good.tag, 0)).toBeUndefined();
    const tag = other.proofTag(there().bytes, good.handshake);
    expect(there().verify(good.handshake, tag, 0)).toBeUndefined();
  });

  it('refuses a phone that relays for a malicious second car', () => {
    // The phone is paired with both; the second car passes the first one's challenge on as its own.
    const malicious = keyPair(suite, 'malicious car');
    const { handshake, tag } = answerChallenge(
      suite,
      seededRandom('tricked'),
      { identity: phone, carPublicKey: malicious.publicKey },
      challenge().bytes,
      UNLOCK,
    );
    expect(challenge().verify(handshake, tag, 0)).toBeUndefined();
    expect(verifyRetagged(handshake)).toBeUndefined();
  });

  describe('by hand', () => {
    const respond = (options: {
      readonly prologue?: Uint8Array;
      readonly pattern?: 'KX' | 'NX';
      readonly s?: typeof phone;
      readonly rs?: Uint8Array;
    }): Uint8Array => {
      const pattern = PATTERNS[options.pattern ?? 'KX'];
      const noise = new HandshakeState(suite, pattern, {
        initiator: false,
        prologue: options.prologue ?? PROLOGUE,
        s: options.s ?? phone,
        ...(pattern.initiatorKnown ? { rs: options.rs ?? car.publicKey } : {}),
        random: seededRandom('by hand'),
      });
      noise.readMessage(challenge().bytes);
      return noise.writeMessage(UNLOCK);
    };

    it('accepts the handshake of the specification', () => {
      expect(verifyRetagged(respond({}))).toMatchObject({ phonePublicKey: phone.publicKey });
    });

    it.each([
      ['an empty prologue', { prologue: new Uint8Array(0) }],
      ['the prologue of version 2', { prologue: concat(PROLOGUE, Uint8Array.of(0x32)) }],
      ['a prologue with one bit changed', { prologue: flip(PROLOGUE, 9) }],
      ['the pattern NX', { pattern: 'NX' }],
      ['a wrong key of the car', { rs: keyPair(suite, 'wrong').publicKey }],
      [
        'the public key of a phone without its private key',
        { s: { privateKey: keyPair(suite, 'thief').privateKey, publicKey: phone.publicKey } },
      ],
    ] as const)('refuses %s', (_, options) => {
      expect(verifyRetagged(respond(options))).toBeUndefined();
    });
  });

  it('refuses low-order points: the car silently, the phone loudly', () => {
    const zeros = new Uint8Array(32);
    const handshake = good.handshake.slice();
    handshake.set(zeros, 0);
    expect(verifyRetagged(handshake)).toBeUndefined();
    expect(() => answer(zeros)).toThrow(errorWith('crypto.weak-key'));
  });

  it('spends no Diffie-Hellman on a bad tag, a late or a replayed proof, three on a good one', () => {
    let count = 0;
    const counting: Suite = {
      ...suite,
      x25519: (pair, publicKey) => {
        count += 1;
        return suite.x25519(pair, publicKey);
      },
    };
    const counted = (): Challenge =>
      new Challenge(counting, seededRandom('sample challenge '), secrets, 0);
    counted().verify(good.handshake, flip(good.tag, 127), 0);
    counted().verify(flip(good.handshake, 0), good.tag, 0);
    counted().verify(good.handshake, good.tag, WORD_LIFETIME_MS);
    counted().verify(good.handshake, new Uint8Array(0), 0);
    const other = new Challenge(counting, seededRandom('other'), secrets, 0);
    other.verify(good.handshake, good.tag, 0);
    expect(count).toBe(0);
    const used = counted();
    expect(used.verify(good.handshake, good.tag, 0)).toBeDefined();
    expect(count).toBe(3);
    used.verify(good.handshake, good.tag, 0);
    expect(count).toBe(3);
  });
});

it('works between the two suites', () => {
  const node = sample(nodeSuite);
  const portable = sample(portableSuite);
  for (const [car, phone] of [
    [node, portable],
    [portable, node],
  ] as const) {
    const { handshake, tag } = phone.answer(car.challenge().bytes);
    expect(car.challenge().verify(handshake, tag, 0)).toBeDefined();
  }
});

it('shows the public key of the phone to nobody on the air', () => {
  const { phone, challenge, answer } = sample(nodeSuite);
  const { handshake, tag } = answer(challenge().bytes);
  expect(toHex(concat(handshake, tag))).not.toContain(toHex(phone.publicKey));
});

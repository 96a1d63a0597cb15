import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { flip } from '../../lab/flip.js';
import { portableSuite } from '../../lib/crypto/index.js';
import { nodeSuite } from '../../lib/crypto/node.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { concat } from '../../lib/platform/bytes.js';
import { sample } from '../unit/native/session/sample.js';

const seed = fc.string({ maxLength: 8 });
const command = fc.uint8Array({ maxLength: 64 });

describe.each([
  { suite: nodeSuite, numRuns: 100 },
  { suite: portableSuite, numRuns: 5 },
])('session ($suite.name)', ({ suite, numRuns }) => {
  it('carries any command of any phone to any car', () => {
    fc.assert(
      fc.property(seed, command, (keys, sent) => {
        const { challenge, answer, phone } = sample(suite, keys);
        const { handshake, tag } = answer(challenge().bytes, sent);
        expect(challenge().verify(handshake, tag, 0)).toMatchObject({
          phonePublicKey: phone.publicKey,
          command: sent,
        });
      }),
      { numRuns },
    );
  });

  it('refuses any proof that was changed, and any that somebody retagged', () => {
    const change = fc.oneof(
      fc.record({ kind: fc.constant('flip' as const), at: fc.nat() }),
      fc.record({ kind: fc.constant('truncate' as const), at: fc.nat() }),
      fc.record({ kind: fc.constant('extend' as const), at: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ kind: fc.constant('replace' as const), at: fc.nat() }),
    );
    fc.assert(
      fc.property(seed, command, change, fc.boolean(), (keys, sent, { kind, at }, retag) => {
        const { challenge, answer, secrets } = sample(suite, keys);
        const { handshake, tag } = answer(challenge().bytes, sent);
        const { length } = handshake;
        const changed = {
          flip: () => flip(handshake, at % (length * 8)),
          truncate: () => handshake.slice(0, at % length),
          extend: () => concat(handshake, new Uint8Array(at)),
          /** With the answer of another time. */
          replace: () => answer(challenge(0, String(at)).bytes, sent).handshake,
        }[kind]();
        const given = retag ? secrets.proofTag(challenge().bytes, changed) : tag;
        expect(challenge().verify(changed, given, 0)).toBeUndefined();
      }),
      { numRuns },
    );
  });

  it('opens sealed messages in their order alone', () => {
    const order = fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(order, (deliveries) => {
        const { challenge, answer } = sample(suite);
        const { handshake, tag, channel } = answer(challenge().bytes);
        const car = challenge().verify(handshake, tag, 0)?.channel;
        const sealed = Array.from({ length: 6 }, (_, i) => channel.seal(Uint8Array.of(i)));
        let next = 0;
        for (const index of deliveries) {
          let opened: Uint8Array | undefined;
          try {
            opened = car?.open(sealed[index] ?? new Uint8Array(0));
          } catch (error) {
            if (!(error instanceof PhoneKeyError)) throw error;
          }
          expect(opened).toEqual(index === next ? Uint8Array.of(next++) : undefined);
        }
      }),
      { numRuns },
    );
  });
});

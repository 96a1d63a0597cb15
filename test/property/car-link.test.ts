import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { REFUSAL_DELAY_MS } from '../../lib/native/car/link-state.js';
import { defaultSuite } from '../../lib/crypto/index.js';
import { encodeFromCar, encodeToCar } from '../../lib/native/codec.js';
import { IDENTITY, startCar } from '../support/memory-car.js';
import { Machine } from '../unit/native/car/machine.js';
import { sample, UNLOCK } from '../unit/native/session/sample.js';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

/** Real messages that a stranger may have recorded, none of them made for this link. */
const recorded = (() => {
  const elsewhere = sample(defaultSuite, 'elsewhere');
  const { phone } = new Machine();
  const challenge = elsewhere.challenge().bytes;
  phone.hear(encodeFromCar({ case: 'hello', value: { version: 1, handshake: challenge } }));
  return [
    phone.proof(IDENTITY, UNLOCK),
    phone.proof(elsewhere.phone, UNLOCK, { carPublicKey: elsewhere.car.publicKey }),
    phone.sealed(UNLOCK),
    phone.pairStart('00000000'),
  ].map((message) => encodeToCar(message));
})();

const message = fc.oneof(
  fc.constantFrom(...recorded),
  fc
    .tuple(fc.uint8Array({ minLength: 96, maxLength: 120 }), bytes(16))
    .map(([handshake, tag]) => encodeToCar({ case: 'proof', value: { handshake, tag } })),
  fc
    .uint8Array({ minLength: 16, maxLength: 60 })
    .map((value) => encodeToCar({ case: 'sealed', value })),
  bytes(65).map((share) => encodeToCar({ case: 'pairStart', value: { share } })),
  fc
    .tuple(bytes(32), bytes(48))
    .map(([confirm, handshake]) =>
      encodeToCar({ case: 'pairConfirm', value: { confirm, handshake } }),
    ),
  fc
    .uint8Array({ minLength: 16, maxLength: 120 })
    .map((value) => encodeToCar({ case: 'pairCommit', value })),
  fc.uint8Array({ maxLength: 150 }),
);

describe('a stranger', () => {
  it('moves the machine to no command and no enrolment, window open or not', () => {
    const input = fc.oneof(
      { weight: 4, arbitrary: message.map((received) => ({ type: 'receive' as const, received })) },
      { weight: 2, arbitrary: fc.constant({ type: 'refusal-due' as const }) },
      fc.constantFrom(
        { type: 'idle' as const },
        { type: 'key-removed' as const, publicKey: IDENTITY.publicKey },
        // What comes late from something that the host was asked before.
        { type: 'try-counted' as const, allowed: true },
        { type: 'enrolled' as const, outcome: 'fault' as const },
      ),
    );
    fc.assert(
      fc.property(fc.boolean(), fc.array(input, { maxLength: 12 }), (window, inputs) => {
        const machine = new Machine();
        machine.host.enrol(IDENTITY.publicKey);
        machine.host.open = window;
        machine.open();
        for (const step of inputs) {
          if (step.type === 'receive') machine.receive(step.received);
          else machine.input(step);
        }
        const types = machine.effects.map(({ type }) => type);
        expect(types).not.toContain('execute');
        expect(types).not.toContain('enrol');
        expect(types).not.toContain('authenticated');
        expect(['challenged', 'refusing', 'shared', 'ending', 'closed']).toContain(machine.phase);
        if (machine.phase === 'closed') {
          expect(types.filter((type) => type === 'close')).toHaveLength(1);
        }
      }),
      { numRuns: 120 },
    );
  });

  it('gets nothing over a link but challenges, and breaks nothing for the owner', async () => {
    const property = fc.asyncProperty(fc.array(message, { maxLength: 8 }), async (messages) => {
      const { clock, connect, host, endpoint, warnings } = await startCar();
      const stranger = await connect();
      const owner = await connect();
      for (const received of messages) {
        if (received.length === 0 || stranger.closedAt !== undefined) continue;
        await stranger.sendBytes(received);
        await clock.advance(REFUSAL_DELAY_MS);
      }
      const allowed = new Set(stranger.received.map(({ message: { case: kind } }) => kind));
      expect([...allowed].filter((kind) => kind !== 'hello' && kind !== 'pairRefusal')).toEqual([]);
      expect(host.executed).toEqual([]);
      await owner.send(owner.proof(IDENTITY, UNLOCK));
      expect(host.executed).toEqual(['unlock']);
      expect(warnings).toEqual([]);
      await endpoint.stop();
    });
    await fc.assert(property, { numRuns: 40 });
  });
});

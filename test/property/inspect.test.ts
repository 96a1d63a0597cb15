import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  Conversation,
  describeMessage,
  inspectAdvertisement,
  parseSessionKeys,
} from '../../lib/native/inspect/index.js';
import type { SessionKeys } from '../../lib/native/inspect/index.js';
import { concat } from '../../lib/platform/bytes.js';
import { encodeFromCar, encodeToCar } from '../../lib/native/codec.js';
import { KNOWN } from '../unit/native/inspect/setup.js';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

const toCar = fc.oneof(
  fc
    .record({ handshake: fc.uint8Array({ minLength: 96, maxLength: 120 }), tag: exactly(16) })
    .map((value) => encodeToCar({ case: 'proof', value })),
  fc
    .uint8Array({ minLength: 16, maxLength: 40 })
    .map((value) => encodeToCar({ case: 'sealed', value })),
  bytes(100),
);
const fromCar = fc.oneof(
  exactly(32).map((handshake) =>
    encodeFromCar({ case: 'hello', value: { version: 1, handshake } }),
  ),
  fc
    .uint8Array({ minLength: 16, maxLength: 40 })
    .map((value) => encodeFromCar({ case: 'sealed', value })),
  bytes(100),
);

const framed = (message: Uint8Array): Uint8Array =>
  concat(Uint8Array.of(message.length >> 8, message.length & 0xff), message);

const chunk = fc.oneof(
  fc.tuple(fc.constant('to-car' as const), toCar.map(framed)),
  fc.tuple(fc.constant('from-car' as const), fromCar.map(framed)),
  fc.tuple(fc.constantFrom('to-car' as const, 'from-car' as const), bytes(64)),
);

/** Keys for every session: of none that there is. */
const keys: fc.Arbitrary<SessionKeys | undefined> = fc.option(
  fc.record({
    challenge: exactly(32),
    transcript: exactly(64),
    identityKey: exactly(32),
    commandKey: exactly(32),
    toCarKey: exactly(32),
    fromCarKey: exactly(32),
  }),
  { nil: undefined },
);

describe('a viewer', () => {
  it('takes any chunks, whatever the keys', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 12 }), keys, (chunks, session) => {
        const conversation = new Conversation({ cars: () => [KNOWN], session: () => session });
        for (const [direction, value] of chunks) {
          for (const message of conversation.chunk(direction, value)) {
            kinds.add(message.kind);
            expect(describeMessage(message).length).toBeLessThan(200);
            expect(message).not.toMatchObject({ content: { type: 'done' } });
          }
        }
      }),
      { numRuns: 300 },
    );
    expect(kinds.size).toBeGreaterThan(2);
  });

  it('takes any service data, and any line of a key log', () => {
    fc.assert(
      fc.property(bytes(16), fc.string({ unit: 'binary', maxLength: 500 }), (data, line) => {
        expect(inspectAdvertisement(data, [KNOWN])?.car ?? null).toBeNull();
        expect(parseSessionKeys(line)).toBeUndefined();
      }),
    );
  });
});

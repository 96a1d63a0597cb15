import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PhoneKeyError } from '../../lib/errors.js';
import { concat } from '../../lib/platform/bytes.js';
import {
  decodeCarIdentity,
  decodeEnrolment,
  decodeFromCar,
  decodePhoneIdentity,
  decodeToCar,
  encodeToCar,
} from '../../lib/native/codec.js';
import { decodeRequest, decodeResult } from '../../lib/native/commands.js';
import { decodeAdvertisement } from '../../lib/native/advertisement.js';
import { describe as describeMessage } from '../../lib/native/describe.js';
import { errorWith } from '../support/errors.js';

const decoders = {
  decodeToCar,
  decodeFromCar,
  decodeRequest,
  decodeResult,
  decodePhoneIdentity,
  decodeCarIdentity,
  decodeEnrolment,
};

/** Length-delimited fields of random numbers: far likelier than junk to be nearly a message. */
const nearlyProtobuf = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 15 }), fc.uint8Array({ maxLength: 100 })), {
    maxLength: 4,
  })
  .map((fields) =>
    concat(
      ...fields.map(([number, value]) =>
        concat(Uint8Array.of((number << 3) | 2, value.length), value),
      ),
    ),
  );

const junk = fc.oneof(fc.uint8Array({ maxLength: 300 }), nearlyProtobuf);

describe('decoding', () => {
  it.each(Object.entries(decoders))('%s throws protocol.* or nothing', (_, decode) => {
    fc.assert(
      fc.property(junk, (bytes) => {
        try {
          decode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(PhoneKeyError);
          expect((error as PhoneKeyError).code).toMatch(/^protocol\.(malformed|version)$/);
        }
      }),
    );
  });

  it('describes and advertises junk without throwing', () => {
    fc.assert(
      fc.property(junk, (bytes) => {
        expect(describeMessage('to-car', bytes).kind).not.toBe('');
        expect(describeMessage('from-car', bytes).kind).not.toBe('');
        if (bytes.length !== 9) expect(decodeAdvertisement(bytes)).toBeUndefined();
      }),
    );
  });

  it('refuses every truncation of a message', () => {
    const proof = fc.record({
      handshake: fc.uint8Array({ minLength: 96, maxLength: 140 }),
      tag: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    });
    fc.assert(
      fc.property(proof, fc.nat(), (value, cut) => {
        const encoded = encodeToCar({ case: 'proof', value });
        const truncated = encoded.subarray(0, cut % encoded.length);
        expect(() => decodeToCar(truncated)).toThrow(errorWith('protocol.malformed'));
      }),
    );
  });
});

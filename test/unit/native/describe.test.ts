import { describe, expect, it } from '@jest/globals';
import { encodeFromCar, encodeToCar } from '../../../lib/native/codec.js';
import type { FromCarMessage, ToCarMessage } from '../../../lib/native/codec.js';
import { describe as describeMessage } from '../../../lib/native/describe.js';
import { PairRefusalReason } from '../../../lib/native/schema/gen/phonekey.js';

const bytes = (length: number): Uint8Array => new Uint8Array(length);

describe('what an eavesdropper can say of a message', () => {
  it.each<[string, NonNullable<ToCarMessage>, string]>([
    [
      'Proof',
      { case: 'proof', value: { handshake: bytes(98), tag: bytes(16) } },
      'e 32 B, encrypted s 48 B, sealed Command 18 B, tag 16 B',
    ],
    ['Sealed', { case: 'sealed', value: bytes(18) }, 'sealed Command 18 B'],
    ['PairStart', { case: 'pairStart', value: { share: bytes(65) } }, 'share 65 B'],
    [
      'PairConfirm',
      { case: 'pairConfirm', value: { confirm: bytes(32), handshake: bytes(48) } },
      'confirmation 32 B, e 32 B, tag 16 B',
    ],
    [
      'PairCommit',
      { case: 'pairCommit', value: bytes(177) },
      'encrypted s 48 B, sealed PhoneIdentity 129 B',
    ],
  ])('to the car: %s', (kind, message, fields) => {
    expect(describeMessage('to-car', encodeToCar(message))).toEqual({ kind, fields });
  });

  it.each<[string, NonNullable<FromCarMessage>, string]>([
    ['Hello', { case: 'hello', value: { version: 1, handshake: bytes(32) } }, 'version 1, e 32 B'],
    ['Sealed', { case: 'sealed', value: bytes(18) }, 'sealed Result 18 B'],
    [
      'PairShare',
      { case: 'pairShare', value: { share: bytes(65), confirm: bytes(32) } },
      'share 65 B, confirmation 32 B',
    ],
    [
      'PairOffer',
      { case: 'pairOffer', value: bytes(111) },
      'e 32 B, encrypted s 48 B, sealed CarIdentity 31 B',
    ],
    ['PairDone', { case: 'pairDone', value: bytes(20) }, 'sealed Enrolment 20 B'],
    [
      'PairRefusal',
      { case: 'pairRefusal', value: { reason: PairRefusalReason.FAILED } },
      'reason 2',
    ],
  ])('from the car: %s', (kind, message, fields) => {
    expect(describeMessage('from-car', encodeFromCar(message))).toEqual({ kind, fields });
  });

  it('is its length, where it is none', () => {
    const malformed = { kind: 'malformed', fields: 'bytes 3 B' };
    expect(describeMessage('to-car', bytes(3))).toEqual(malformed);
    expect(describeMessage('from-car', bytes(3))).toEqual(malformed);
  });
});

import { fromBinary, toBinary, create, ScalarType } from '@bufbuild/protobuf';
import type { DescMessage } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as ours from '../../lib/native/schema/gen/phonekey.js';
import { decode, encode } from '../../lib/native/wire.js';
import type { Schema } from '../../lib/native/wire.js';
import { concat } from '../../lib/platform/bytes.js';
import * as theirs from '../support/schema/phonekey_pb.js';

/** The messages that stand alone, by name: our table of each, and what protobuf-es has. */
const MESSAGES = (
  ['ToCar', 'FromCar', 'PhoneIdentity', 'CarIdentity', 'Enrolment', 'Command', 'Result'] as const
).map(
  (name) =>
    [
      name,
      ours[`${name}Schema`] as Schema<object>,
      theirs[`${name}Schema`] as DescMessage,
    ] as const,
);

/**
 * protobuf-es as it is strict: a known field of the wrong wire type or too long, a group, and a varint without an
 * end are refused.
 */
const reference = (schema: DescMessage, bytes: Uint8Array): object => {
  const check = (message: DescMessage, part: Uint8Array): void => {
    const reader = new BinaryReader(part);
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag();
      const field = message.fields.find((each) => each.number === number);
      const varint =
        field?.fieldKind === 'enum' ||
        field?.scalar === ScalarType.UINT32 ||
        field?.scalar === ScalarType.BOOL;
      const wanted = varint ? WireType.Varint : WireType.LengthDelimited;
      if (field !== undefined && wireType !== wanted) throw new Error('another wire type');
      if (wireType === WireType.StartGroup) throw new Error('not of proto3');
      if (wireType === WireType.Varint) reader.uint64();
      else if (field?.message === undefined) reader.skip(wireType, number);
      else check(field.message, reader.bytes());
    }
  };
  check(schema, bytes);
  return fromBinary(schema, bytes, { readUnknownFields: false, recursionLimit: 4 });
};

/** As plain data, without what protobuf-es adds. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (key, each: unknown) =>
      key === '$typeName' ? undefined : each instanceof Uint8Array ? [...each] : each,
    ),
  );

const outcome = (run: () => object): unknown => {
  try {
    return plain(run());
  } catch {
    return 'refused';
  }
};

const varint = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 12 }),
  fc.integer({ min: 0, max: 127 }).map((value) => Uint8Array.of(value)),
);

/** Fields of low numbers and likely wire types, messages within messages, cut and altered. */
const nearly = fc.letrec<{ message: Uint8Array; field: Uint8Array }>((tie) => ({
  message: fc
    .array(tie('field'), { maxLength: 5, depthIdentifier: 'message' })
    .map((fields) => concat(...fields)),
  field: fc
    .tuple(
      fc.integer({ min: 1, max: 16 }),
      fc.oneof(
        { depthIdentifier: 'message', maxDepth: 5 },
        varint.map((value) => [0, value] as const),
        fc.uint8Array({ maxLength: 40 }).map((bytes) => [2, bytes] as const),
        fc.string({ maxLength: 20 }).map((text) => [2, new TextEncoder().encode(text)] as const),
        tie('message').map((bytes) => [2, bytes] as const),
        tie('message').map((bytes) => [3, bytes] as const),
        fc.uint8Array({ maxLength: 9 }).map((bytes) => [bytes.length % 8, bytes] as const),
      ),
    )
    .map(([number, [wireType, bytes]]) => {
      const tag = (type: number): Uint8Array => {
        const value = (number << 3) | type;
        return value < 128 ? Uint8Array.of(value) : Uint8Array.of((value & 127) | 128, value >> 7);
      };
      if (wireType === 3) return concat(tag(3), bytes, tag(4));
      const isLong = wireType === 2 && bytes.length < 128;
      return concat(tag(wireType), isLong ? Uint8Array.of(bytes.length) : new Uint8Array(), bytes);
    }),
})).message;

const altered = fc
  .tuple(nearly, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.nat())
  .map(([bytes, at, xor, cut]) =>
    bytes
      .map((byte, i) => (i === at % bytes.length ? byte ^ xor : byte))
      .subarray(0, cut % 3 === 0 ? cut % (bytes.length + 1) : bytes.length),
  );

describe.each(MESSAGES)('%s', (_, schema, theirSchema) => {
  it('reads any bytes as protobuf-es does, or refuses them with it', () => {
    fc.assert(
      fc.property(fc.oneof(nearly, altered, fc.uint8Array({ maxLength: 60 })), (bytes) => {
        const read = outcome(() => decode(schema, bytes));
        expect(read).toEqual(outcome(() => reference(theirSchema, bytes)));
      }),
      { numRuns: 200 },
    );
  });

  it('writes the bytes that protobuf-es writes', () => {
    fc.assert(
      fc.property(nearly, (bytes) => {
        let message: object;
        try {
          message = decode(schema, bytes);
        } catch {
          return;
        }
        const expected = toBinary(
          theirSchema,
          create(theirSchema, message as Record<string, unknown>),
        );
        expect(encode(schema, message)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});

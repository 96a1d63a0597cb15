import { create, fromBinary, ScalarType, toBinary } from '@bufbuild/protobuf';
import type { DescField, DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { PhoneKeyError } from '../errors.js';

export const encode = <D extends DescMessage>(schema: D, value: MessageInitShape<D>): Uint8Array =>
  toBinary(schema, create(schema, value));

/** @throws PhoneKeyError `protocol.malformed` */
export const decode = <D extends DescMessage>(schema: D, bytes: Uint8Array): MessageShape<D> => {
  try {
    checkWireTypes(schema, bytes);
    // Unknown fields are dropped: a later version may add some, and nothing is ever re-encoded.
    return fromBinary(schema, bytes, { readUnknownFields: false, recursionLimit: 4 });
  } catch (cause) {
    throw new PhoneKeyError('protocol.malformed', `not a ${schema.name} message`, { cause });
  }
};

export const exactly = (what: string, bytes: Uint8Array, length: number): void => {
  if (bytes.length !== length) {
    throw malformed(`${what}: ${String(bytes.length)} bytes instead of ${String(length)}`);
  }
};

export const atLeast = (what: string, bytes: Uint8Array, length: number): void => {
  if (bytes.length < length) {
    throw malformed(`${what}: ${String(bytes.length)} bytes, at least ${String(length)} expected`);
  }
};

export const malformed = (message: string): PhoneKeyError =>
  new PhoneKeyError('protocol.malformed', message);

/**
 * protobuf-es reads a known field whatever its wire type says, and lets it run past the end of the
 * message around it, so that several bytes on the air would mean the same. This refuses all but one.
 * Unknown fields are left alone.
 * @throws Error where a field has another wire type than the schema's, or does not fit
 */
const checkWireTypes = (schema: DescMessage, bytes: Uint8Array): void => {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const field = schema.fields.find((candidate) => candidate.number === number);
    if (field !== undefined && wireType !== wireTypeOf(field)) {
      throw new Error(`${field.name} has wire type ${String(wireType)}`);
    }
    if (field?.message === undefined) reader.skip(wireType, number);
    else checkWireTypes(field.message, reader.bytes());
  }
};

/** The schema has no fixed-size numbers and no packed fields. */
const wireTypeOf = ({ fieldKind, scalar }: DescField): WireType =>
  fieldKind === 'enum' || scalar === ScalarType.UINT32 || scalar === ScalarType.BOOL
    ? WireType.Varint
    : WireType.LengthDelimited;

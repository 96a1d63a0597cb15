import { ScalarType } from '@bufbuild/protobuf';
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/**
 * protobuf-es reads a known field whatever its wire type says, and lets it run past the end of the
 * message around it, so that several bytes on the air would mean the same. This refuses all but one.
 * Unknown fields are left alone.
 * @throws Error where a field has another wire type than the schema's, or does not fit
 */
export const checkWireTypes = (schema: DescMessage, bytes: Uint8Array): void => {
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

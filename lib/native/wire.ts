import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { PhoneKeyError } from '../errors.js';

/**
 * The protobuf of the schema, by tables that `npm run proto` makes of it: proto3 with open enums, of which it
 * uses uint32, bool, enum, bytes, string and messages. A value that is zero is not sent, but in a oneof and where
 * the field is optional.
 */

/** A message; the type is that of its values. */
export interface Schema<T> {
  readonly name: string;
  /** In the order of their numbers, in which they are written. */
  readonly fields: readonly Field[];
  /** Never there. */
  readonly values?: T;
}

/** The encoding of each, and what it is where it is not sent. */
const SCALARS = {
  uint32: { as: 'uint32', wire: WireType.Varint, zero: 0 },
  bool: { as: 'bool', wire: WireType.Varint, zero: false },
  enum: { as: 'int32', wire: WireType.Varint, zero: 0 },
  bytes: { as: 'bytes', wire: WireType.LengthDelimited, zero: new Uint8Array() },
  string: { as: 'string', wire: WireType.LengthDelimited, zero: '' },
} as const;
const MESSAGE = { wire: WireType.LengthDelimited, zero: undefined } as const;

interface Field {
  readonly number: number;
  readonly name: string;
  readonly type: keyof typeof SCALARS | Schema<unknown>;
  readonly oneof?: string;
  readonly list?: true;
  /** Undefined where it is not sent. */
  readonly optional?: true;
}

/** What a message is made of: fields that are left out are zero. */
export type Init<T> = T extends Uint8Array | number | string | boolean | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Init<Item>[]
    : T extends { readonly case: infer Case; readonly value: infer Value }
      ? { readonly case: Case; readonly value: Init<Value> }
      : { readonly [K in keyof T]?: Init<T[K]> | undefined };

type Fields = Record<string, unknown>;
type Chosen = { readonly case?: string; readonly value?: unknown } | undefined;

/** Messages in messages in messages: more than the schema has. */
const DEEPEST = 4;

export const encode = <T>(schema: Schema<T>, value: Init<T>): Uint8Array => {
  const writer = new BinaryWriter();
  write(writer, schema, value as Fields);
  return writer.finish();
};

/**
 * A known field has the wire type that the schema says, and ends where the message around it does, so that
 * no two encodings of one field mean the same. Unknown fields are dropped: a later version may add some, and
 * nothing is ever re-encoded. Of a field that comes twice the last counts; messages are merged.
 * @throws PhoneKeyError `protocol.malformed`
 */
export const decode = <T>(schema: Schema<T>, bytes: Uint8Array): T => {
  try {
    return read(schema, bytes, 1) as T;
  } catch (cause) {
    throw new PhoneKeyError('protocol.malformed', `not a ${schema.name} message`, { cause });
  }
};

const write = (writer: BinaryWriter, { fields }: Schema<unknown>, values: Fields): void => {
  for (const { number, name, type, oneof, list, optional } of fields) {
    const chosen = oneof === undefined ? undefined : (values[oneof] as Chosen);
    const one = oneof === undefined ? values[name] : chosen?.value;
    const empty = one instanceof Uint8Array && one.length === 0;
    const filled = optional ? one !== undefined : one && !empty;
    const isSent = oneof === undefined ? filled : chosen?.case === name;
    for (const value of list ? ((one ?? []) as unknown[]) : isSent ? [one] : []) {
      writer.tag(number, kindOf(type).wire);
      if (typeof type === 'string') {
        writer[SCALARS[type].as](value as never);
      } else {
        writer.fork();
        write(writer, type, value as Fields);
        writer.join();
      }
    }
  }
};

const read = (
  schema: Schema<unknown>,
  bytes: Uint8Array,
  depth: number,
  message = zero(schema),
): Fields => {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const field = fieldOf(schema, number);
    if (field === undefined) {
      reader.skip(wireType, number, DEEPEST - depth);
      continue;
    }
    const { name, type, oneof, list } = field;
    if (wireType !== kindOf(type).wire)
      throw new Error(`${name} has wire type ${String(wireType)}`);
    let value: unknown;
    if (typeof type !== 'string') {
      const chosen = oneof === undefined ? undefined : (message[oneof] as Chosen);
      const before = chosen?.case === name ? (chosen.value as Fields) : undefined;
      value = read(type, reader.bytes(), depth + 1, before);
    } else value = type === 'string' ? reader.string(true) : reader[SCALARS[type].as]();
    if (list) (message[name] as unknown[]).push(value);
    else if (oneof === undefined) message[name] = value;
    else message[oneof] = { case: name, value };
  }
  return message;
};

/** A loop: this is asked for every field of every message. */
const fieldOf = ({ fields }: Schema<unknown>, number: number): Field | undefined => {
  for (const field of fields) if (field.number === number) return field;
  return undefined;
};

/** A message in which everything is zero. */
const zero = ({ fields }: Schema<unknown>): Fields => {
  const message: Fields = {};
  for (const { name, type, oneof, list, optional } of fields) {
    if (optional) continue;
    if (oneof === undefined) message[name] = list ? [] : kindOf(type).zero;
    else message[oneof] = { case: undefined };
  }
  return message;
};

const kindOf = (type: Field['type']) => (typeof type === 'string' ? SCALARS[type] : MESSAGE);

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

import { PhoneKeyError } from '../errors.js';
import { concat, utf8 } from '../platform/bytes.js';
import { BYTES, lengthed, Reader, VARINT, varint } from './protobuf.js';

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

/** A type: its wire type, what it is where it is not sent, and how it is written and read. */
interface Kind {
  readonly wire: typeof VARINT | typeof BYTES;
  readonly zero: unknown;
  /** In pieces. */
  write(value: never): readonly Uint8Array[];
  read(reader: Reader): unknown;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const SCALARS = {
  uint32: {
    wire: VARINT,
    zero: 0,
    write: (value: number) => [varint(value)],
    read: (reader) => Number(BigInt.asUintN(32, reader.varint())),
  },
  bool: {
    wire: VARINT,
    zero: false,
    write: (value: boolean) => [varint(Number(value))],
    read: (reader) => reader.varint() !== 0n,
  },
  enum: {
    wire: VARINT,
    zero: 0,
    write: (value: number) => [varint(value)],
    read: (reader) => Number(BigInt.asIntN(32, reader.varint())),
  },
  bytes: {
    wire: BYTES,
    zero: new Uint8Array(),
    write: (value: Uint8Array) => lengthed(value),
    read: (reader) => reader.bytes(),
  },
  string: {
    wire: BYTES,
    zero: '',
    write: (text: string) => lengthed(utf8(text)),
    read: (reader) => UTF8.decode(reader.bytes()),
  },
} as const satisfies Record<string, Kind>;

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

export const encode = <T>(schema: Schema<T>, value: Init<T>): Uint8Array =>
  concat(...write(schema, value as Fields));

/**
 * A known field has the wire type that the schema says, and ends where the message around it does, so that
 * no two encodings of one field mean the same. Unknown fields are dropped: a later version may add some, and
 * nothing is ever re-encoded. Of a field that comes twice the last counts; messages are merged.
 * @throws PhoneKeyError `protocol.malformed`
 */
export const decode = <T>(schema: Schema<T>, bytes: Uint8Array): T => {
  try {
    return read(schema, bytes) as T;
  } catch (cause) {
    throw new PhoneKeyError('protocol.malformed', `not a ${schema.name} message`, { cause });
  }
};

const write = ({ fields }: Schema<unknown>, values: Fields): readonly Uint8Array[] => {
  const pieces: Uint8Array[] = [];
  for (const { number, name, type, oneof, list, optional } of fields) {
    const chosen = oneof === undefined ? undefined : (values[oneof] as Chosen);
    const one = oneof === undefined ? values[name] : chosen?.value;
    const empty = one instanceof Uint8Array && one.length === 0;
    const filled = optional ? one !== undefined : one && !empty;
    const isSent = oneof === undefined ? filled : chosen?.case === name;
    for (const value of list ? ((one ?? []) as unknown[]) : isSent ? [one] : []) {
      pieces.push(varint(number * 8 + wireOf(type)));
      pieces.push(
        ...(typeof type === 'string'
          ? SCALARS[type].write(value as never)
          : lengthed(...write(type, value as Fields))),
      );
    }
  }
  return pieces;
};

const read = (schema: Schema<unknown>, bytes: Uint8Array, message = zero(schema)): Fields => {
  const reader = new Reader(bytes);
  while (!reader.ended) {
    const [number, wireType] = reader.tag();
    const field = fieldOf(schema, number);
    if (field === undefined) {
      reader.skip(wireType);
      continue;
    }
    const { name, type, oneof, list } = field;
    if (wireType !== wireOf(type)) throw new Error(`${name} has wire type ${String(wireType)}`);
    let value: unknown;
    if (typeof type === 'string') value = SCALARS[type].read(reader);
    else {
      const chosen = oneof === undefined ? undefined : (message[oneof] as Chosen);
      const before = chosen?.case === name ? (chosen.value as Fields) : undefined;
      value = read(type, reader.bytes(), before);
    }
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
    if (oneof === undefined) message[name] = list ? [] : zeroOf(type);
    else message[oneof] = { case: undefined };
  }
  return message;
};

const wireOf = (type: Field['type']) => (typeof type === 'string' ? SCALARS[type].wire : BYTES);

const zeroOf = (type: Field['type']) => (typeof type === 'string' ? SCALARS[type].zero : undefined);

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

import type { Reader } from './reader.js';

/** What a field says in words; undefined is nothing. Bytes are for the one who knows what they mean. */
export type ToldValue = string | number | boolean | readonly string[] | Uint8Array | undefined;

/** The fields that were read before one, by their names. */
export type Before = Readonly<Record<string, unknown>>;

/** A part of a packet: how it is read and written, what it may be, and how it reads as text. */
export interface Field<T> {
  readonly kind: 'number' | 'bytes' | 'list';
  /** Bytes; undefined where that depends on the value. */
  readonly size: number | undefined;
  /** Bytes that there are at least and at most, bounds included. */
  readonly least: number;
  readonly most: number;
  /** Bounds of a number; of bytes and lists those of their length. */
  readonly min: number;
  readonly max: number;
  sizeOf(value: T): number;
  /** @throws PacketError where too few bytes are left */
  read(reader: Reader, before: Before): T;
  /** Numbers are cut to their size. */
  write(view: DataView, at: number, value: T): void;
  /** True within the bounds. */
  allows(value: T): boolean;
  /** Under which it is told. A field without a name for that is not: keys and random numbers never are. */
  readonly name?: string;
  tell?(this: void, value: T, before: Before): ToldValue;
}

/** A field of the same size in every packet. */
export interface Fixed<T> extends Field<T> {
  readonly size: number;
}

export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** The field, told under `name` as `tell` has it. */
export const as = <T, F extends Field<T>>(
  name: string,
  field: F & Field<T>,
  tell: (value: T, before: Before) => ToldValue,
): F => ({ ...field, name, tell });

type Integer = 'u8' | 'i8' | 'u16' | 'i16' | 'u24' | 'i32';

const integer =
  (type: Integer, size: number, least: number, most: number) =>
  ({ min = least, max = most }: Bounds = {}): Fixed<number> => ({
    kind: 'number',
    size,
    least: size,
    most: size,
    min,
    max,
    sizeOf: () => size,
    read: (reader) => reader[type](),
    write: (view, at, value) => {
      for (let i = 0; i < size; i++) view.setUint8(at + i, value >> (8 * i));
    },
    allows: (value) => value >= min && value <= max,
  });

export const u8 = integer('u8', 1, 0, 0xff);
export const i8 = integer('i8', 1, -0x80, 0x7f);
export const u16 = integer('u16', 2, 0, 0xffff);
export const i16 = integer('i16', 2, -0x8000, 0x7fff);
export const u24 = integer('u24', 3, 0, 0xffffff);
export const i32 = integer('i32', 4, -0x80000000, 0x7fffffff);

const put = (view: DataView, at: number, bytes: Uint8Array): void => {
  new Uint8Array(view.buffer, view.byteOffset).set(bytes, at);
};

/** So many bytes. */
export const bytes = (size: number): Fixed<Uint8Array> => ({
  kind: 'bytes',
  size,
  least: size,
  most: size,
  min: size,
  max: size,
  sizeOf: () => size,
  read: (reader) => reader.bytes(size),
  write: put,
  allows: (value) => value.length === size,
});

const variable = (
  prefix: 0 | 1 | 2,
  min: number,
  max: number,
  read: (reader: Reader) => Uint8Array,
): Field<Uint8Array> => ({
  kind: 'bytes',
  size: undefined,
  least: prefix + min,
  most: prefix + max,
  min,
  max,
  sizeOf: (value) => prefix + value.length,
  read,
  write: (view, at, value) => {
    if (prefix === 1) view.setUint8(at, value.length);
    if (prefix === 2) view.setUint16(at, value.length, true);
    put(view, at + prefix, value);
  },
  allows: ({ length }) => length >= min && length <= max,
});

/** Length (1 byte) and so many bytes. */
export const counted = (max: number): Field<Uint8Array> =>
  variable(1, 0, max, (reader) => reader.bytes(reader.u8()));

/** Length (2 bytes) and so many bytes. */
export const longCounted = (): Field<Uint8Array> =>
  variable(2, 0, 0xffff, (reader) => reader.bytes(reader.u16()));

/** All that is left. */
export const rest = ({ min = 0, max = Infinity }: Bounds = {}): Field<Uint8Array> =>
  variable(0, min, max, (reader) => reader.rest());

/** The same fields, of which none is told. */
export const untold = <S extends Readonly<Record<string, Field<unknown>>>>(shape: S): S =>
  Object.fromEntries(
    Object.entries(shape).map(([key, { name: _name, tell: _tell, ...field }]) => [key, field]),
  ) as unknown as S;

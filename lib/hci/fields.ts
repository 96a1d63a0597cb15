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
  /** Gives where the next one begins. Numbers are cut to their size. */
  write(to: Uint8Array, at: number, value: T): number;
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

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** The field, told under `name` as `tell` has it, or as it is. */
export const as = <T, F extends Field<T>>(
  name: string,
  field: F & Field<T>,
  tell = (value: T, _before: Before): ToldValue => value as ToldValue,
): F => ({ ...field, name, tell });

const putInteger = (to: Uint8Array, at: number, size: number, value: number): number => {
  for (let i = 0; i < size; i++) to[at + i] = value >> (8 * i);
  return at + size;
};

const integer =
  (size: number, least: number, most: number) =>
  ({ min = least, max = most }: Bounds = {}): Fixed<number> => ({
    kind: 'number',
    size,
    least: size,
    most: size,
    min,
    max,
    sizeOf: () => size,
    read: (reader) => reader.integer(size, least < 0),
    write: (to, at, value) => putInteger(to, at, size, value),
    allows: (value) => value >= min && value <= max,
  });

export const u8 = integer(1, 0, 0xff);
export const i8 = integer(1, -0x80, 0x7f);
export const u16 = integer(2, 0, 0xffff);
export const i16 = integer(2, -0x8000, 0x7fff);
export const u24 = integer(3, 0, 0xffffff);
export const i32 = integer(4, -0x80000000, 0x7fffffff);

/** All that is left, or behind a length of so many bytes as many as that says. */
const variable = (prefix: number, min: number, max: number): Field<Uint8Array> => ({
  kind: 'bytes',
  size: undefined,
  least: prefix + min,
  most: prefix + max,
  min,
  max,
  sizeOf: (value) => prefix + value.length,
  read: (reader) => (prefix === 0 ? reader.rest() : reader.bytes(reader.integer(prefix))),
  write: (to, at, value) => {
    to.set(value, putInteger(to, at, prefix, value.length));
    return at + prefix + value.length;
  },
  allows: ({ length }) => length >= min && length <= max,
});

/** So many bytes. */
export const bytes = (size: number): Fixed<Uint8Array> => ({
  ...variable(0, size, size),
  size,
  sizeOf: () => size,
  read: (reader) => reader.bytes(size),
  write: (to, at, value) => {
    to.set(value, at);
    return at + size;
  },
});

/** Length (1 byte) and so many bytes. */
export const counted = (max: number): Field<Uint8Array> => variable(1, 0, max);

/** Length (2 bytes) and so many bytes. */
export const longCounted = (): Field<Uint8Array> => variable(2, 0, 0xffff);

/** All that is left. */
export const rest = ({ min = 0, max = Infinity }: Bounds = {}): Field<Uint8Array> =>
  variable(0, min, max);

/** The same fields, of which none is told. */
export const untold = <S extends Readonly<Record<string, Field<unknown>>>>(shape: S): S =>
  Object.fromEntries(
    Object.entries(shape).map(([key, { name: _name, tell: _tell, ...field }]) => [key, field]),
  ) as unknown as S;

import type { Field, Fixed, ToldValue } from './fields.js';
import { PacketError, Reader } from './reader.js';

/** Fields in their order on the wire. */
export type Shape = Readonly<Record<string, Field<unknown>>>;

type Value<F> = F extends Field<infer T> ? T : never;

/** The values of the fields. */
export type Values<S extends Shape> = { readonly [K in keyof S]: Value<S[K]> };

/** Those of the fields of fixed size. */
export type Head<S extends Shape> = {
  readonly [K in keyof S as S[K] extends Fixed<unknown> ? K : never]: Value<S[K]>;
};

/** How the fields of a packet lie one behind the other. */
export class Layout<S extends Shape> {
  /** Bytes; undefined where that depends on the values. */
  readonly size: number | undefined;
  /** Bytes that there are at least and at most. */
  readonly least: number;
  readonly most: number;
  readonly fields: readonly (readonly [name: string, field: Field<unknown>])[];

  /** Up to the last one that is told. */
  readonly #told: Layout<S>['fields'];

  constructor(readonly shape: S) {
    this.fields = Object.entries(shape);
    this.#told = this.fields.slice(
      0,
      1 + this.fields.findLastIndex(([, { name }]) => name !== undefined),
    );
    this.least = this.fields.reduce((sum, [, { least }]) => sum + least, 0);
    this.most = this.fields.reduce((sum, [, { most }]) => sum + most, 0);
    this.size = this.fields.some(([, { size }]) => size === undefined) ? undefined : this.least;
  }

  /**
   * The values, where the bytes are exactly as declared; bytes among them are views.
   * @throws PacketError for another length, or a value out of its bounds
   */
  parse(bytes: Uint8Array): Values<S> {
    const values = this.exact(bytes);
    if (values === undefined) throw new PacketError('the packet has another length');
    if (!this.allows(values)) throw new PacketError('a value is out of its bounds');
    return values;
  }

  /** As `parse`, but whatever the bounds; undefined for another length. */
  exact(bytes: Uint8Array): Values<S> | undefined {
    const reader = new Reader(bytes);
    try {
      const values = this.take(reader);
      return reader.left === 0 ? values : undefined;
    } catch (error) {
      if (error instanceof PacketError) return undefined;
      throw error;
    }
  }

  /**
   * As `parse`, but whatever the bounds, and whatever newer versions have added behind the last field.
   * @throws PacketError for too few bytes
   */
  read(bytes: Uint8Array): Values<S> {
    return this.take(new Reader(bytes));
  }

  /** Takes the fields off a reader. @throws PacketError for too few bytes */
  take(reader: Reader): Values<S> {
    const values: Record<string, unknown> = {};
    for (const [name, field] of this.fields) values[name] = field.read(reader, values);
    return values as Values<S>;
  }

  /** The fields before the first one of variable size. @throws PacketError for too few bytes */
  head(bytes: Uint8Array): Head<S> {
    const reader = new Reader(bytes);
    const values: Record<string, unknown> = {};
    for (const [name, field] of this.fields) {
      if (field.size === undefined) break;
      values[name] = field.read(reader, values);
    }
    return values as Head<S>;
  }

  /** True where every value is within its bounds. */
  allows(values: Values<S>): boolean {
    return this.fields.every(([name, field]) => field.allows(values[name]));
  }

  sizeOf(values: Values<S>): number {
    if (this.size !== undefined) return this.size;
    return this.fields.reduce((sum, [name, field]) => sum + field.sizeOf(values[name]), 0);
  }

  /** The bytes, behind `offset` zeros; bounds are not looked at. */
  build(values: Values<S>, offset = 0): Uint8Array {
    const bytes = new Uint8Array(offset + this.sizeOf(values));
    this.put(new DataView(bytes.buffer), offset, values);
    return bytes;
  }

  put(view: DataView, at: number, values: Values<S>): void {
    for (const [name, field] of this.fields) {
      field.write(view, at, values[name]);
      at += field.size ?? field.sizeOf(values[name]);
    }
  }

  /**
   * What is told of the bytes, by the names under which it is. Nothing behind the last field that is told is
   * looked at.
   * @throws PacketError for too few bytes
   */
  describe(bytes: Uint8Array): Record<string, Exclude<ToldValue, undefined>> {
    const reader = new Reader(bytes);
    const values: Record<string, unknown> = {};
    const told: Record<string, Exclude<ToldValue, undefined>> = {};
    for (const [key, field] of this.#told) {
      values[key] = field.read(reader, values);
      const said = field.tell?.(values[key], values);
      if (field.name !== undefined && said !== undefined) told[field.name] = said;
    }
    return told;
  }
}

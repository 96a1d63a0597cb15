import type { Field, Fixed, ToldValue } from './fields.js';
import { readable, Reader } from './reader.js';

/** Fields in their order on the wire. */
export type Shape = Readonly<Record<string, Field<unknown>>>;

type Value<F> = F extends Field<infer T> ? T : never;

/** The values of the fields. */
export type Values<S extends Shape> = { readonly [K in keyof S]: Value<S[K]> };

/** Those of the fields of fixed size. */
type Head<S extends Shape> = {
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
   * The values, whatever their bounds, where the bytes are as many as declared; undefined otherwise. Bytes
   * among them are views.
   */
  exact(bytes: Uint8Array): Values<S> | undefined {
    const reader = new Reader(bytes);
    const values = readable(() => this.take(reader));
    return reader.left === 0 ? values : undefined;
  }

  /**
   * As `exact`, but whatever newer versions have added behind the last field.
   * @throws PacketError for too few bytes
   */
  read(bytes: Uint8Array): Values<S> {
    return this.take(new Reader(bytes));
  }

  /** Takes the fields, or these of them, off a reader. @throws PacketError for too few bytes */
  take(reader: Reader, fields = this.fields): Values<S> {
    const values: Record<string, unknown> = {};
    for (const [name, field] of fields) values[name] = field.read(reader, values);
    return values as Values<S>;
  }

  /** The fields before the first one of variable size. @throws PacketError for too few bytes */
  head(bytes: Uint8Array): Head<S> {
    const variable = this.fields.findIndex(([, { size }]) => size === undefined);
    const fixed = variable < 0 ? this.fields : this.fields.slice(0, variable);
    return this.take(new Reader(bytes), fixed) as unknown as Head<S>;
  }

  /** True where every value is within its bounds. */
  allows(values: Values<S>): boolean {
    for (const [name, field] of this.fields) if (!field.allows(values[name])) return false;
    return true;
  }

  sizeOf(values: Values<S>): number {
    if (this.size !== undefined) return this.size;
    let bytes = 0;
    for (const [name, field] of this.fields) bytes += field.size ?? field.sizeOf(values[name]);
    return bytes;
  }

  /** The bytes, behind `offset` zeros; bounds are not looked at. */
  build(values: Values<S>, offset = 0): Uint8Array {
    const bytes = new Uint8Array(offset + this.sizeOf(values));
    this.put(bytes, offset, values);
    return bytes;
  }

  /** Gives where the bytes end. */
  put(to: Uint8Array, at: number, values: Values<S>): number {
    for (const [name, field] of this.fields) at = field.write(to, at, values[name]);
    return at;
  }

  /** What is told of the values, by the names under which it is. */
  tell(
    values: Partial<Values<S>>,
    fields = this.#told,
  ): Record<string, Exclude<ToldValue, undefined>> {
    const told: Record<string, Exclude<ToldValue, undefined>> = {};
    for (const [key, { name, tell }] of fields) {
      const said = tell?.(values[key], values);
      if (name !== undefined && said !== undefined) told[name] = said;
    }
    return told;
  }

  /**
   * What is told of the bytes. Nothing behind the last field that is told is looked at.
   * @throws PacketError for too few bytes
   */
  describe(bytes: Uint8Array): Record<string, Exclude<ToldValue, undefined>> {
    return this.tell(this.take(new Reader(bytes), this.#told));
  }

  /** As `describe`, of the fields that are whole where the bytes end too early. */
  describePart(bytes: Uint8Array): Record<string, Exclude<ToldValue, undefined>> {
    const reader = new Reader(bytes);
    const values: Record<string, unknown> = {};
    const missing = this.#told.findIndex(([name, field]) => {
      const read = readable(() => ({ value: field.read(reader, values) }));
      values[name] = read?.value;
      return read === undefined;
    });
    const whole = missing < 0 ? this.#told : this.#told.slice(0, missing);
    return this.tell(values as Partial<Values<S>>, whole);
  }
}

/** What messages of proto3 are made of (protobuf.dev, "Encoding"): varints, and bytes after their length. */

/** Wire types of the fields that the schema has. */
export const VARINT = 0;
export const BYTES = 2;

/** In bytes, of the types that it has not, by number: of numbers of 64 and of 32 bits. */
const FIXED: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

const MOST_NUMBER = 2 ** 29 - 1;

/** Reads a message, field by field. Everything throws Error for what is no message. */
export class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get ended(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** The number of the next field, 1 to 2^29 - 1, and its wire type. */
  tag(): readonly [number, number] {
    const tag = this.varint();
    const number = Number(tag >> 3n);
    if (number < 1 || number > MOST_NUMBER) throw new Error('no number of a field');
    return [number, Number(tag & 7n)];
  }

  /** Up to 10 bytes, of which the low 64 bits count. */
  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new Error('it ends too early');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new Error('a varint without an end');
  }

  /** Where they are, not a copy. */
  bytes(): Uint8Array {
    return this.#take(Number(this.varint()));
  }

  /** Groups (wire types 3 and 4) are not of proto3. */
  skip(wireType: number): void {
    const length = FIXED[wireType];
    if (wireType === VARINT) this.varint();
    else if (wireType === BYTES) this.bytes();
    else if (length !== undefined) this.#take(length);
    else throw new Error('no wire type');
  }

  #take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new Error('it ends too early');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

/** A whole number; a negative one as its 64 bits. */
export const varint = (value: number): Uint8Array => {
  if (value >= 0 && value < 0x80) return Uint8Array.of(value);
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.of(...bytes, Number(rest));
};

/** Bytes in several pieces, after their length. */
export const lengthed = (...pieces: readonly Uint8Array[]): readonly Uint8Array[] => {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  return [varint(length), ...pieces];
};

/** A packet is not as its declaration has it: too short, too long, or with a value out of bounds. */
export class PacketError extends Error {
  override readonly name = 'PacketError';
}

/** Takes fields off the front of a packet; numbers are little-endian, as HCI, L2CAP and ATT have them. */
export class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bytes left. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** A view, not a copy. @throws PacketError, as all of these when too few bytes are left */
  bytes(length: number): Uint8Array {
    const at = this.#at;
    if (length < 0 || at + length > this.#bytes.length) throw tooShort();
    this.#at = at + length;
    return this.#bytes.subarray(at, this.#at);
  }

  rest(): Uint8Array {
    return this.bytes(this.left);
  }

  u8(): number {
    return this.integer(1);
  }

  u16(): number {
    return this.integer(2);
  }

  /** Of 1 to 4 bytes; unsigned ones have 3 at most. */
  integer(size: number, signed = false): number {
    if (this.#at + size > this.#bytes.length) throw tooShort();
    let value = 0;
    for (let bit = 0; bit < 8 * size; bit += 8) value |= (this.#bytes[this.#at++] ?? 0) << bit;
    const unused = 32 - 8 * size;
    return signed ? (value << unused) >> unused : value;
  }
}

const tooShort = (): PacketError => new PacketError('the packet ends too early');

/** What `parse` gives, or undefined where bytes are not as it takes them. */
export const readable = <T>(parse: () => T): T | undefined => {
  try {
    return parse();
  } catch (error) {
    if (error instanceof PacketError) return undefined;
    throw error;
  }
};

/** The same for what reads bytes one after the other. */
export const parsed = <T>(bytes: Uint8Array, parse: (reader: Reader) => T): T | undefined =>
  readable(() => parse(new Reader(bytes)));

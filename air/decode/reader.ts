/** A packet ended before its last field. */
export class Truncated extends Error {
  override readonly name = 'Truncated';
}

/** Takes fields off the front of a packet; numbers are little-endian, as HCI, L2CAP and ATT have them. */
export class ByteReader {
  #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes left. */
  get left(): number {
    return this.#bytes.length;
  }

  /** @throws Truncated, as all of these when too few bytes are left */
  bytes(length: number): Buffer {
    if (length > this.#bytes.length) throw new Truncated();
    const taken = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return taken;
  }

  rest(): Buffer {
    return this.bytes(this.left);
  }

  u8(): number {
    return this.bytes(1).readUInt8();
  }

  i8(): number {
    return this.bytes(1).readInt8();
  }

  u16(): number {
    return this.bytes(2).readUInt16LE();
  }

  i32(): number {
    return this.bytes(4).readInt32LE();
  }

  /** 6 bytes, as aa:bb:cc:dd:ee:ff. */
  address(): string {
    return pairs(this.bytes(6).toReversed()).join(':');
  }

  /**
   * 2 or 16 bytes, as 180a or 9d1f5a00-7c52-4b6e-9a43-1f0c6e2b7d10. The long form of a short UUID (Vol 3
   * Part B 2.5.1) is given as the short one.
   */
  uuid(length: number): string {
    const hex = pairs(this.bytes(length).toReversed()).join('');
    const [, short] = /^0000(.{4})00001000800000805f9b34fb$/.exec(hex) ?? [];
    return short ?? hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }
}

/** What `parse` makes of the bytes, or undefined when they end too early. */
export const parsed = <T>(bytes: Uint8Array, parse: (reader: ByteReader) => T): T | undefined => {
  try {
    return parse(new ByteReader(bytes));
  } catch (error) {
    if (error instanceof Truncated) return undefined;
    throw error;
  }
};

const pairs = (bytes: Uint8Array): string[] =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));

/** A packet is not as its declaration has it: too short, too long, or with a value out of bounds. */
export class PacketError extends Error {
  override readonly name = 'PacketError';
}

/** Takes fields off the front of a packet; numbers are little-endian, as HCI, L2CAP and ATT have them. */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes left. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** A view, not a copy. @throws PacketError, as all of these when too few bytes are left */
  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  rest(): Uint8Array {
    return this.bytes(this.left);
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  i8(): number {
    return this.#view.getInt8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  i16(): number {
    return this.#view.getInt16(this.#take(2), true);
  }

  u24(): number {
    return this.u16() | (this.u8() << 16);
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  #take(length: number): number {
    if (length < 0 || length > this.left) throw new PacketError('the packet ends too early');
    const at = this.#at;
    this.#at += length;
    return at;
  }
}

/** A copy with one bit changed; bit 0 is the lowest of the first byte. */
export const flip = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

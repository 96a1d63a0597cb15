import type { Random } from '../../platform/random.js';

/**
 * A non-resolvable private address, 6 bytes, little-endian: the two highest bits 00, of the others neither
 * all 0 nor all 1 (Vol 6 Part B 1.3.2.2).
 */
export const privateAddress = (random: Random): Uint8Array => {
  const address = random(6);
  const highest = (address[5] ?? 0) & 0x3f;
  address[5] = highest;
  const isAll = (byte: number, high: number): boolean =>
    highest === high && address.subarray(0, 5).every((each) => each === byte);
  if (isAll(0x00, 0x00) || isAll(0xff, 0x3f)) address[0] = 0x55;
  return address;
};

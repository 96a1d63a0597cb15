import { toHex } from '../platform/bytes.js';

/** How numbers and bytes of packets read. */

/** `0x0c03`, with as many digits as the number has bytes. */
export const hexNumber = (value: number, bytes = 1): string =>
  `0x${value.toString(16).padStart(2 * bytes, '0')}`;

/** 6 bytes, little-endian, as aa:bb:cc:dd:ee:ff. */
export const addressText = (bytes: Uint8Array): string =>
  toHex(bytes.toReversed()).replace(/..(?=.)/g, '$&:');

/**
 * 2 or 16 bytes, little-endian, as 180a or 9d1f5a00-7c52-4b6e-9a43-1f0c6e2b7d10. The long form of a short
 * UUID (Vol 3 Part B 2.5.1) is given as the short one.
 */
export const uuidText = (bytes: Uint8Array): string => {
  const hex = toHex(bytes.toReversed());
  const [, short] = /^0000(.{4})00001000800000805f9b34fb$/.exec(hex) ?? [];
  return short ?? hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';

/** Small helpers on byte arrays, in one place so that nobody writes a second one. */

const encoder = new TextEncoder();

/** UTF-8 bytes of a string. */
export const utf8 = (text: string): Uint8Array => encoder.encode(text);

/** The longest beginning of a string that has at most `length` bytes, cut at a character boundary. */
export const utf8Prefix = (text: string, length: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, encoder.encodeInto(text, bytes).written);
};

export const concat = (...parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
};

/** To read and write numbers at these bytes. */
export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** Lower-case hex. */
export const toHex = (bytes: Uint8Array): string => bytesToHex(bytes);

/** Undefined where the text is not pairs of hex digits. */
export const fromHex = (text: string): Uint8Array | undefined => {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) return undefined;
  return hexToBytes(text);
};

/** For bytes that are no secret: takes less time when they differ early. */
export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false;
  // By index, as it is asked of every packet on the air and of every word of a flash.
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
};

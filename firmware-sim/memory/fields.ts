import { base64urlnopad } from '@scure/base';
import { fromHex } from '../../lib/platform/bytes.js';

/** Fields of a record in JSON. All throw Error saying which field is wrong, never its value. */

/** Exactly these fields, no more and no fewer. */
export const object = <K extends string>(
  what: string,
  value: unknown,
  names: readonly K[],
): Record<K, unknown> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(what);
  const found = Object.keys(value);
  if (found.length !== names.length || !names.every((name) => found.includes(name))) {
    throw invalid(what);
  }
  return value as Record<K, unknown>;
};

export const list = (what: string, value: unknown, most: number): readonly unknown[] => {
  if (!Array.isArray(value) || value.length > most) throw invalid(what);
  return value;
};

export const bytes = (what: string, value: unknown, length: number): Uint8Array => {
  const decoded = typeof value === 'string' ? fromHex(value) : undefined;
  if (decoded?.length !== length) throw invalid(what);
  return decoded;
};

export const integer = (what: string, value: unknown, max: number): number => {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > max) {
    throw invalid(what);
  }
  return value;
};

export const boolean = (what: string, value: unknown): boolean => {
  if (typeof value !== 'boolean') throw invalid(what);
  return value;
};

/** Many items of one size in little room: base64url of their bytes one after the other. */
export const packed = <T>(
  what: string,
  value: unknown,
  size: number,
  most: number,
  unpack: (item: DataView) => T,
): readonly T[] => {
  if (typeof value !== 'string') throw invalid(what);
  const decoded = unpacked(what, value);
  if (decoded.length % size !== 0 || decoded.length > most * size) throw invalid(what);
  return Array.from({ length: decoded.length / size }, (_, index) =>
    unpack(new DataView(decoded.buffer, decoded.byteOffset + index * size, size)),
  );
};

export const pack = <T>(
  items: readonly T[],
  size: number,
  write: (item: T, view: DataView) => void,
): string => {
  const all = new Uint8Array(items.length * size);
  for (const [index, item] of items.entries()) {
    write(item, new DataView(all.buffer, index * size, size));
  }
  return base64urlnopad.encode(all);
};

export const invalid = (what: string): Error => new Error(`invalid ${what}`);

const unpacked = (what: string, text: string): Uint8Array => {
  try {
    return base64urlnopad.decode(text);
  } catch {
    throw invalid(what);
  }
};

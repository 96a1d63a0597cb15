import { utf8 } from '../../lib/platform/bytes.js';

/** Windows keeps these for devices, with any extension. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/;

const PLAIN = /[a-z0-9-]/;

/**
 * A file name for a name that came from anywhere, at most three times as long. Different names give
 * different files, also where the file system ignores case: all but a-z, 0-9 and `-` becomes `_` and
 * the hex of its UTF-8 bytes.
 */
export const fileNameFor = (name: string): string => {
  const escape = (text: string): string =>
    Array.from(utf8(text), (byte) => `_${byte.toString(16).padStart(2, '0')}`).join('');
  if (RESERVED.test(name)) return escape(name.slice(0, 1)) + name.slice(1);
  return Array.from(name, (char) => (PLAIN.test(char) ? char : escape(char))).join('');
};

/** The name that `fileNameFor` made this file name of; undefined where it made none like it. */
export const nameOfFile = (file: string): string | undefined => {
  if (!/^([a-z0-9-]|_[0-9a-f]{2})+$/.test(file)) return undefined;
  try {
    return decodeURIComponent(file.replaceAll('_', '%'));
  } catch {
    return undefined; // no UTF-8
  }
};

import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { PhoneKeyError } from '../../lib/errors.js';
import { faultMessage } from '../../local/files/fault.js';
import type { Host } from '../context.js';
import { readAll } from './ask.js';
import { formatOf } from './picture-format.js';

/** 8 parts of a revocation list, of 2,702 characters, and some room; twice that in UTF-16. */
const MOST_BYTES = 64 * 1024;
/** Of a screenshot. */
const MOST_PICTURE_BYTES = 16 * 1024 * 1024;
/** With which every PNG begins (PNG, third edition, section 5.2), up to what transfers as text alter. */
const PNG_BEGINS = Buffer.from('89504e47', 'hex');
/** Byte order marks: what the shells of Windows write begins with the first. */
const UTF16 = [
  ['utf-16le', Buffer.of(0xff, 0xfe)],
  ['utf-16be', Buffer.of(0xfe, 0xff)],
] as const;

/**
 * URIs as they were given: one itself, `-` for stdin, or the name of a file: lines with one each, or a PNG with a
 * QR code.
 * @throws PhoneKeyError `usage.invalid`, `interrupted`
 */
export const readUris = async (host: Host, source: string): Promise<string[]> => {
  if (/^phonekey:/i.test(source)) return [source];
  const name = source === '-' ? 'stdin' : source;
  const bytes = source === '-' ? await readAll(host, MOST_PICTURE_BYTES) : await readFile(source);
  const picture = bytes.subarray(0, PNG_BEGINS.length).equals(PNG_BEGINS);
  if (bytes.length > (picture ? MOST_PICTURE_BYTES : MOST_BYTES) && formatOf(bytes) === undefined) {
    throw invalid(`${name} is too long`);
  }
  const lines = linesOf(picture ? await pictured(name, bytes) : textOf(name, bytes));
  if (lines.length > 0) return lines;
  throw invalid(source === '-' ? 'stdin is empty' : `${source} is empty`);
};

/** As `readUris`, of exactly one. */
export const readUri = async (host: Host, source: string): Promise<string> => {
  const [uri = '', ...others] = await readUris(host, source);
  if (others.length === 0) return uri;
  const name = source === '-' ? 'stdin' : source;
  throw invalid(`one URI is needed, and ${name} has ${found([uri, ...others])}`);
};

/** `3 lines: 2 of phonekey:grant, 1 of something else`. */
const found = (lines: readonly string[]): string => {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const [kind = 'something else'] = /^phonekey:[a-z-]{1,20}(?=\/)/.exec(line) ?? [];
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const parts = [...counts].map(([kind, count]) => `${String(count)} of ${kind}`);
  return `${String(lines.length)} lines: ${parts.join(', ')}`;
};

const readFile = (path: string): Promise<Buffer> =>
  // A byte too many says that there are more.
  buffer(createReadStream(path, { end: MOST_PICTURE_BYTES })).catch((error: unknown) => {
    throw invalid(`cannot read ${path}: ${faultMessage(error, path)}`, error);
  });

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** @throws PhoneKeyError for what is no text, by the name of its format where that is known */
const textOf = (name: string, bytes: Buffer): string => {
  const format = formatOf(bytes);
  if (format !== undefined) {
    throw invalid(`${name} is ${format}: a QR code is read from a PNG alone`, undefined, CONVERT);
  }
  const [encoding = 'utf-8'] = UTF16.find(([, mark]) => bytes.subarray(0, 2).equals(mark)) ?? [];
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Told below.
  }
  throw invalid(`${name} is neither text nor a PNG picture`);
};

const pictured = async (name: string, bytes: Buffer): Promise<string> => {
  const { readQrPicture } = await import('./qr-picture.js');
  try {
    return readQrPicture(bytes);
  } catch (error) {
    throw invalid(`cannot read ${name}: ${faultMessage(error, name)}`, error);
  }
};

const CONVERT =
  'Give a PNG of its QR code: a screenshot is one, and magick FILE FILE.png makes one. Or give the URI itself (phonekey:...).';

const invalid = (
  message: string,
  cause?: unknown,
  hint = 'Give a URI (phonekey:...), a file with one on each line, a PNG of its QR code, or - for stdin.',
): PhoneKeyError => new PhoneKeyError('usage.invalid', message, { cause, hint });

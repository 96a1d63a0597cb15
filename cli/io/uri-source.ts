import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { PhoneKeyError } from '../../lib/errors.js';
import { faultMessage } from '../../local/files/fault.js';
import type { Host } from '../context.js';
import { readLines } from './ask.js';

/** 8 parts of a revocation list, of 2,702 characters, and some room. */
const MOST_BYTES = 64 * 1024;
/** Of a screenshot. */
const MOST_PICTURE_BYTES = 16 * 1024 * 1024;
/** With which every PNG begins (PNG, third edition, section 5.2). */
const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/**
 * URIs as they were given: one itself, `-` for the lines of stdin, or the name of a file: a line for
 * each, or a PNG with a QR code.
 * @throws PhoneKeyError `usage.invalid`, `interrupted`
 */
export const readUris = async (host: Host, source: string): Promise<string[]> => {
  if (/^phonekey:/i.test(source)) return [source];
  const lines = source === '-' ? await readLines(host) : await readFileLines(source);
  if (lines.length > 0) return lines;
  throw invalid(source === '-' ? 'nothing came on stdin' : `there is nothing in ${source}`);
};

/** As `readUris`, of exactly one. */
export const readUri = async (host: Host, source: string): Promise<string> => {
  const [uri, ...others] = await readUris(host, source);
  if (uri === undefined || others.length > 0) throw invalid('one is needed, and there are several');
  return uri;
};

const readFileLines = async (path: string): Promise<string[]> => {
  // A byte too many says that there are more.
  const end = MOST_PICTURE_BYTES;
  const bytes = await buffer(createReadStream(path, { end })).catch((error: unknown) => {
    throw invalid(`cannot read ${path}: ${faultMessage(error, path)}`, error);
  });
  const picture = PNG_SIGNATURE.equals(bytes.subarray(0, PNG_SIGNATURE.length));
  if (bytes.length > (picture ? MOST_PICTURE_BYTES : MOST_BYTES)) {
    throw invalid(`${path} is too long`);
  }
  return linesOf(picture ? await pictured(path, bytes) : bytes.toString());
};

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

const pictured = async (path: string, bytes: Buffer): Promise<string> => {
  const { readQrPicture } = await import('./qr-picture.js');
  try {
    return readQrPicture(bytes);
  } catch (error) {
    throw invalid(`cannot read ${path}: ${faultMessage(error, path)}`, error);
  }
};

const invalid = (message: string, cause?: unknown): PhoneKeyError =>
  new PhoneKeyError('usage.invalid', message, {
    cause,
    hint: 'Give a URI (phonekey:...), a file with one on each line, a PNG of its QR code, or - for stdin.',
  });

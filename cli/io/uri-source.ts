import { createReadStream } from 'node:fs';
import { text } from 'node:stream/consumers';
import { PhoneKeyError } from '../../lib/errors.js';
import { errorMessage } from '../error-message.js';
import type { Host } from '../context.js';
import { readLines } from './ask.js';

/** 8 notices of 2,702 characters, and some room. */
const MOST_BYTES = 64 * 1024;

/**
 * URIs as they were given: one itself, `-` for the lines of stdin, or the name of a file with a line
 * for each.
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
  const contents = await text(createReadStream(path, { end: MOST_BYTES })).catch(
    (error: unknown) => {
      throw invalid(`cannot read ${path}: ${errorMessage(error)}`, error);
    },
  );
  if (contents.length > MOST_BYTES) throw invalid(`${path} is too long`);
  return contents
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
};

const invalid = (message: string, cause?: unknown): PhoneKeyError =>
  new PhoneKeyError('usage.invalid', message, {
    cause,
    hint: 'Give a URI (phonekey:...), a file with one on each line, or - for stdin.',
  });

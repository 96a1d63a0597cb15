import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { attValues, parseCapture } from './btsnoop.js';

/** All that the phone and the cars of a home keep, as one text. */
export const keptIn = (home: string): string =>
  ['keys', 'cars'].flatMap((name) => contents(join(home, name))).join('\n');

/** The private keys in such a text, in hex. */
export const privateKeysIn = (kept: string): string[] =>
  [...kept.matchAll(/privateKey\\?": ?\\?"([0-9a-f]{64})/g)].map(([, key]) => key ?? '');

/** The bytes of a capture, and apart from them what was written and notified. */
export const captured = (path: string): Buffer[] => {
  const file = readFileSync(path);
  return [file, ...Object.values(attValues(parseCapture(file)))];
};

const contents = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'));

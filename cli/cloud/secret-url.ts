import { resolve } from 'node:path';
import { PhoneKeyError } from '../../lib/errors.js';
import { nodeDisk } from '../../local/files/disk.js';
import { checkPrivate } from '../config/private-directory.js';
import type { Context } from '../context.js';

const MOST_BYTES = 4096;

/**
 * A URL with a password in it: it comes from the environment, or from a file that nobody else may read, never from the command
 * line, which others see.
 * @param file what was given for it
 * @param schemes that it may have: `postgres:`
 * @throws PhoneKeyError `usage.invalid`, `keys.permissions`, or the file system's own errors; none quotes it
 */
export const secretUrl = async (
  { host }: Pick<Context, 'host'>,
  variable: string,
  file: string | undefined,
  schemes: readonly string[],
): Promise<string | undefined> => {
  const found = file === undefined ? host.env[variable] : await firstLineOf(resolve(file));
  if (found === undefined) return undefined;
  if (URL.canParse(found) && schemes.includes(new URL(found).protocol)) return found;
  const where = file === undefined ? variable : file;
  const wanted = `${schemes[0] ?? ''}//`;
  throw new PhoneKeyError('usage.invalid', `what is in ${where} is no URL that begins with ${wanted}`);
};

const firstLineOf = async (path: string): Promise<string> => {
  const found = await nodeDisk.read(path, MOST_BYTES);
  if (found === undefined) {
    throw new PhoneKeyError('usage.invalid', `there is no file ${path}`, {
      hint: 'Give a file with the URL in its first line.',
    });
  }
  checkPrivate(path, found.status, 'chmod 600');
  return Buffer.from(found.bytes).toString().split('\n', 1)[0]?.trim() ?? '';
};

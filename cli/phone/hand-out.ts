import { writeFile } from 'node:fs/promises';
import { errorMessage, PhoneKeyError } from '../../lib/errors.js';
import type { Context } from '../context.js';
import { qrLines } from '../io/qr.js';

export interface HandOutOptions {
  /** A file to write to, instead of stdout: lines, or with a name that ends in `.png` a QR code. */
  readonly out?: string | undefined;
  /** A QR code too, also where nobody watches. */
  readonly qr?: true | undefined;
}

/**
 * What is to travel to another phone: URIs as lines of a file, and a QR code on stderr for one that
 * is held in front of it.
 */
export const handOut = async (
  { host, output }: Pick<Context, 'host' | 'output'>,
  uris: readonly string[],
  { out, qr }: HandOutOptions,
): Promise<void> => {
  if (out !== undefined) await writeUris(out, uris);
  if (qr !== true && (!output.watched || output.json || out !== undefined)) return;
  for (const uri of uris) {
    const lines = qrLines(uri, host.stderr, host.env);
    if (lines === undefined) output.say('too long for a QR code that this terminal has room for');
    else output.talk(`${lines.join('\n')}\n`);
  }
};

const writeUris = async (path: string, uris: readonly string[]): Promise<void> => {
  try {
    const contents = /\.png$/i.test(path)
      ? await picture(uris)
      : uris.map((uri) => `${uri}\n`).join('');
    await writeFile(path, contents, { mode: 0o600 });
  } catch (cause) {
    throw new PhoneKeyError('usage.invalid', `cannot write ${path}: ${errorMessage(cause)}`, {
      cause,
      hint: 'It was made all the same. Make another one with --out elsewhere, or without --out.',
    });
  }
};

const picture = async ([uri = '', ...others]: readonly string[]): Promise<Buffer> => {
  const { qrPicture } = await import('../io/qr-picture.js');
  const made = others.length > 0 ? undefined : qrPicture(uri);
  if (made === undefined) throw new Error('it is too much for one QR code');
  return made;
};

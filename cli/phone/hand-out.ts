import { withProgress } from '../io/progress.js';
import { closeSync, unlinkSync, writeFileSync } from 'node:fs';
import { PhoneKeyError } from '../../lib/errors.js';
import { faultMessage } from '../../local/files/fault.js';
import type { Context } from '../context.js';
import { createFile } from '../io/new-file.js';
import { qrLines } from '../io/qr.js';

export interface HandOutOptions {
  /** A file to write to, instead of stdout: lines, or with a name that ends in `.png` a QR code. */
  readonly out?: string | undefined;
  /** A QR code too, also where nobody watches. */
  readonly qr?: true | undefined;
}

/**
 * Makes what is to travel to another phone, and writes it to the file of `--out` if there is one. That file is
 * there first, so that nothing is signed in vain, and gone again where nothing comes of it.
 * @throws PhoneKeyError `usage.invalid` where the file exists without `--force` or cannot be written, and what
 *   `make` throws
 */
export const makeInto = async <T>(
  { options: { force }, output }: Pick<Context, 'options' | 'output'>,
  { out }: HandOutOptions,
  work: () => Promise<T>,
  urisOf: (made: T) => readonly string[],
): Promise<T> => {
  // Another program may hold the keys, or a date has to come first.
  const make = (): Promise<T> => withProgress(output, 'waiting until it can be signed', work);
  if (out === undefined) return make();
  const file = createFile(out, force);
  try {
    const made = await make();
    await writeUris(out, file, urisOf(made));
    return made;
  } catch (error) {
    unlinkSync(out);
    throw error;
  } finally {
    closeSync(file);
  }
};

/** URIs as QR codes on stderr, for a phone that is held in front of them; without `--qr` where somebody watches. */
export const showQr = (
  { host, output }: Pick<Context, 'host' | 'output'>,
  uris: readonly string[],
  { out, qr }: HandOutOptions,
): void => {
  if (qr !== true && (!output.watched || output.json || out !== undefined)) return;
  for (const uri of uris) {
    const lines = qrLines(uri, host.stderr, host.env);
    if (lines === undefined) output.say('no QR code is shown: it does not fit this terminal');
    else output.talk(`${lines.join('\n')}\n`);
  }
};

const writeUris = async (path: string, file: number, uris: readonly string[]): Promise<void> => {
  try {
    const isPicture = /\.png$/i.test(path);
    writeFileSync(file, isPicture ? await picture(uris) : uris.map((uri) => `${uri}\n`).join(''));
  } catch (cause) {
    throw new PhoneKeyError('usage.invalid', `cannot write ${path}: ${faultMessage(cause, path)}`, {
      cause,
      hint: 'It was made all the same. Make another one with --out elsewhere, or without --out.',
    });
  }
};

const picture = async ([uri = '', ...others]: readonly string[]): Promise<Buffer> => {
  const { qrPicture } = await import('../io/qr-picture.js');
  const made = others.length > 0 ? undefined : qrPicture(uri);
  if (made === undefined) throw new Error('it does not fit one QR code');
  return made;
};

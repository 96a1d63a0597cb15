import { capturing } from '../../air/capture/capturing.js';
import type { HciTransport } from '../../air/index.js';
import type { Context } from '../context.js';
import { closeSync, ftruncateSync, lstatSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { errorMessage, PhoneKeyError } from '../../lib/errors.js';
import { isErrno } from '../../local/errno.js';

/** What a capture on disk gives to write to it. What was written is there however the process ends. */
interface CaptureFile {
  /** Never throws: when the disk is full, the capture ends and the command goes on. */
  write(bytes: Uint8Array): void;
  close(): void;
}

/**
 * Makes the file of `--capture`, of mode 0600; undefined without one. Writes are synchronous: a few records
 * in a thousandth of a second, and none is lost when the process is killed.
 * @throws PhoneKeyError `usage.invalid` when there is one already and no `--force`, or it cannot be made
 */
export const openCapture = ({
  options: { capture, force },
  output,
}: Pick<Context, 'options' | 'output'>): CaptureFile | undefined => {
  if (capture === undefined) return undefined;
  let file: number | undefined = create(capture, force === true);
  let size = 0;
  const lost = (error: unknown): void =>
    output.say(`the capture ends here: ${errorMessage(error)}`);
  const close = (): void => {
    if (file === undefined) return;
    const descriptor = file;
    file = undefined;
    try {
      closeSync(descriptor);
    } catch (error) {
      lost(error); // some file systems find out late
    }
  };
  return {
    write(bytes) {
      if (file === undefined) return;
      try {
        for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
        size += bytes.length;
      } catch (error) {
        try {
          ftruncateSync(file, size); // the part of a record that was still written
        } catch {
          // The records before it can be read all the same.
        }
        lost(error);
        close();
      }
    },
    close,
  };
};

/**
 * The transport, whose traffic goes to the file of `--capture` if there is one. Closes the transport
 * when the file cannot be made.
 * @throws PhoneKeyError `usage.invalid`
 */
export const captured = (
  transport: HciTransport,
  context: Pick<Context, 'options' | 'output'>,
): HciTransport => {
  try {
    const file = openCapture(context);
    if (file === undefined) return transport;
    transport.onClose(() => file.close());
    return capturing(transport, file);
  } catch (error) {
    transport.close();
    throw error;
  }
};

const create = (path: string, force: boolean): number => {
  try {
    // A new file, instead of the old one emptied: that may be readable by others.
    if (force && isFile(path)) unlinkSync(path);
    return openSync(path, 'wx', 0o600);
  } catch (cause) {
    if (isErrno(cause, 'EEXIST')) {
      throw new PhoneKeyError('usage.invalid', `${path} exists already`, {
        cause,
        hint: force
          ? 'It is not a file: choose another name.'
          : 'Choose another name, or replace it: --force.',
      });
    }
    throw new PhoneKeyError('usage.invalid', `the capture cannot be made: ${errorMessage(cause)}`, {
      cause,
      hint: 'Choose a file in a directory that exists and that you may write to.',
    });
  }
};

const isFile = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;

import { capturing } from '../../air/capture/capturing.js';
import type { HciTransport } from '../../air/index.js';
import type { Context } from '../context.js';
import { closeSync, ftruncateSync, writeSync } from 'node:fs';
import { faultMessage } from '../../local/files/fault.js';
import { createFile } from '../io/new-file.js';

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
  let file: number | undefined = createFile(capture, force);
  let size = 0;
  const lost = (error: unknown): void =>
    output.say(`the capture ends here: ${faultMessage(error)}`);
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

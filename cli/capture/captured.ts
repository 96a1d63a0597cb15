import { capturing } from '../../air/capture/capturing.js';
import type { HciTransport } from '../../air/index.js';
import type { Context } from '../context.js';
import { createCaptureFile } from './capture-file.js';
import type { CaptureFile } from './capture-file.js';

/**
 * The file of `--capture`; undefined without one.
 * @throws PhoneKeyError `usage.invalid`
 */
export const openCapture = ({
  options: { capture, force },
  output,
}: Pick<Context, 'options' | 'output'>): CaptureFile | undefined =>
  capture === undefined
    ? undefined
    : createCaptureFile(capture, force === true, (reason) => {
        output.say(`the capture ends here: ${reason}`);
      });

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
    transport.onClose(() => {
      file.close();
    });
    return capturing(transport, file);
  } catch (error) {
    transport.close();
    throw error;
  }
};

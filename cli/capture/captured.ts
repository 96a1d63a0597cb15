import { capturing } from '../../air/index.js';
import type { HciTransport } from '../../air/index.js';
import type { Context } from '../context.js';
import { createCaptureFile } from './capture-file.js';

/**
 * The transport, whose traffic goes to the file of `--capture` if there is one. Closes the transport
 * when the file cannot be made.
 * @throws PhoneKeyError `usage.invalid`
 */
export const captured = (
  transport: HciTransport,
  { options: { capture, force }, output }: Pick<Context, 'options' | 'output'>,
): HciTransport => {
  if (capture === undefined) return transport;
  try {
    const file = createCaptureFile(capture, {
      force: force === true,
      onLost: (reason) => {
        output.say(`the capture ends here: ${reason}`);
      },
    });
    transport.onClose(() => {
      file.close();
    });
    return capturing(transport, file);
  } catch (error) {
    transport.close();
    throw error;
  }
};

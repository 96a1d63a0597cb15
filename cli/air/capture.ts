import { monitorCapture } from '../../air/capture/monitor.js';
import type { HubControl } from '../../air/index.js';
import { openCapture } from '../capture/captured.js';
import type { Context } from '../context.js';
import { errorMessage } from '../../lib/errors.js';

export interface AirCapture {
  /** Resolves when all that has happened so far is in the file. */
  stop(): Promise<void>;
}

/**
 * Writes what passes on the air to the file of `--capture`, from now on; undefined without one.
 * @throws PhoneKeyError `usage.invalid` when the file cannot be made
 */
export const captureToFile = async (
  context: Context,
  control: HubControl,
): Promise<AirCapture | undefined> => {
  const file = openCapture(context);
  if (file === undefined) return undefined;
  try {
    const tap = await control.tap();
    const record = monitorCapture(file);
    const write = async (): Promise<void> => {
      try {
        for await (const event of tap) record(event);
      } catch (error) {
        context.output.say(`the capture ends here: ${errorMessage(error)}`);
      } finally {
        file.close();
      }
    };
    const written = write();
    return {
      async stop() {
        tap.stop();
        await written;
      },
    };
  } catch (error) {
    file.close();
    throw error;
  }
};

import { connectOrStartHub } from '../../air/hub/connect.js';
import { openHubControl } from '../../air/hub/control-client.js';
import type { HubControl, HubSettings } from '../../air/index.js';
import { PhoneKeyError, errorMessage } from '../../lib/errors.js';
import type { Context } from '../context.js';
import { abortedUnless } from '../io/interrupt.js';
import { openDoors } from './doors.js';
import type { DoorOptions, Doors } from './doors.js';
import { describeSettings } from './words.js';
import { monitorCapture } from '../../air/capture/monitor.js';
import { openCapture } from '../capture/captured.js';

/**
 * Keeps the air of this home up, in the foreground, with a controller of its own that does nothing;
 * and opens the doors through which other stacks come in.
 * @throws PhoneKeyError `usage.invalid` when the air runs already with other settings
 */
export const startAir = async (
  context: Context,
  { h4, pty, expose, links, ...settings }: HubSettings & DoorOptions,
): Promise<void> => {
  const { host, output, paths } = context;
  const signal = host.interrupt.whileRead();
  const tell = (event: object, sentence: string): void => {
    const time = new Date().toISOString();
    output.event(time, { ...event, time }, sentence);
  };
  const keeper = await connectOrStartHub(paths.hub, { label: 'air' }, settings);
  const failure = new AbortController();
  const failed = (message: string): void => {
    const hint = 'Start it again: key air start.';
    failure.abort(new PhoneKeyError('radio.unavailable', message, { hint }));
  };
  keeper.onClose(() => failed('the virtual air has ended'));
  let control: HubControl | undefined;
  let endCapture: Awaited<ReturnType<typeof captureToFile>>;
  let doors: Doors | undefined;
  try {
    control = await openHubControl(paths.hub);
    const { devices: _, ...inForce } = await control.info();
    endCapture = await captureToFile(context, control);
    doors = await openDoors(context, { h4, pty, expose, links }, { tell, failed });
    tell(
      { type: 'ready', ...doors.where, ...inForce },
      `the air is up, ${describeSettings(inForce)}${doors.sentence}`,
    );
    await abortedUnless(failure.signal, signal);
  } finally {
    await doors?.close();
    await endCapture?.();
    control?.close();
    keeper.close();
  }
  tell({ type: 'stopped' }, 'stopped');
};

/**
 * Writes what passes on the air to the file of `--capture`, from now on; undefined without one. What it gives
 * ends that, and resolves when all that has happened so far is in the file.
 * @throws PhoneKeyError `usage.invalid` when the file cannot be made
 */
const captureToFile = async (
  context: Context,
  control: HubControl,
): Promise<(() => Promise<void>) | undefined> => {
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
    return () => {
      tap.stop();
      return written;
    };
  } catch (error) {
    file.close();
    throw error;
  }
};

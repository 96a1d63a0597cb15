import { connectOrStartHub } from '../../air/index.js';
import { PhoneKeyError } from '../../lib/errors.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { aborted } from '../io/interrupt.js';
import { Doors, type DoorOptions } from './doors.js';

/**
 * Keeps the air of this home up, in the foreground, with a controller of its own that does nothing;
 * and opens the doors through which other stacks come in.
 */
export const startAir = async (context: Context, options: DoorOptions): Promise<ExitCode> => {
  const { output, paths, signal } = context;
  const tell = (event: object, sentence: string): void => {
    const time = new Date().toISOString();
    output.result({ ...event, time }, [`${output.paint('dim', time.slice(11, 23))} ${sentence}`]);
  };
  const keeper = await connectOrStartHub(paths.hub, { label: 'air' });
  let failed: (message: string) => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    failed = (message) => {
      reject(
        new PhoneKeyError('radio.unavailable', message, {
          hint: 'Start it again: key air start.',
        }),
      );
    };
  });
  ended.catch(() => undefined); // also when nobody waits any more
  keeper.onClose(() => failed('the virtual air has ended'));
  let doors: Doors | undefined;
  try {
    doors = await Doors.open(context, options, { tell, failed });
    tell({ type: 'ready', ...doors.where }, `the air is up${String(doors)}`);
    await Promise.race([aborted(signal), ended]);
  } finally {
    await doors?.close();
    keeper.close();
  }
  tell({ type: 'stopped' }, 'stopped');
  return EXIT.ok;
};

import { errorMessage, PhoneKeyError } from '../../lib/errors.js';
import { openDoor } from '../../local/rpc/door.js';
import { handleCall } from '../../local/rpc/server.js';
import { abortedUnless } from '../io/interrupt.js';
import { ACTIONS } from '../phone/act.js';
import { FOB, fobSocket } from './control.js';
import { fobHome } from './home.js';
import type { Holding } from './home.js';
import { ofFob, withFob } from './open.js';

/** Runs a fob in the foreground until it is told to stop, or its radio is gone. */
export const startFob = async (holding: Holding): Promise<void> => {
  const { context, name } = holding;
  const { host, output, log, paths } = context;
  const tell = (event: object, sentence: string): void => {
    const time = new Date().toISOString();
    output.event(time, { ...event, time }, sentence);
  };
  const signal = host.interrupt.whileRead();
  const failure = new AbortController();
  /** Tells what came of it, and whoever asked for it, too. */
  const told = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (caught) {
      const error = await ofFob(holding, caught);
      const mayBeDone = error instanceof PhoneKeyError && error.mayHaveSucceeded;
      const outcome = mayBeDone ? 'it may have been done' : 'nothing was done';
      tell({ type: 'failed', error }, `${outcome}: ${errorMessage(error)}`);
      // Once whoever pressed has his answer.
      if (error instanceof PhoneKeyError && GONE.has(error.code))
        setImmediate(() => failure.abort(error));
      throw error;
    }
  };
  await withFob(holding, async (fob) => {
    const close = await openDoor(fobSocket(fobHome(paths, name)), {
      who: 'fob',
      log,
      tooSlow: new PhoneKeyError('internal', 'the fob is not read'),
      handlers: [
        handleCall(FOB.press, async ({ button, timeoutMs }) => {
          tell({ type: 'pressed', button }, `${button} pressed`);
          const pressed = await told(fob.press(button, { timeoutMs, signal }));
          const { car, battery } = pressed;
          tell({ type: 'done', button, ...pressed }, `${car}: ${ACTIONS[button]}`);
          if (battery.state !== 'ok') {
            tell(
              { type: 'cell-low', battery },
              `the coin cell is low: ${String(battery.percent)} %`,
            );
          }
          return pressed;
        }),
        handleCall(FOB.pair, async ({ code, timeoutMs }) => {
          const { name: car, role, slot } = await told(fob.pair(code, { timeoutMs, signal }));
          const enrolled = { car, ...(role && { role }), ...(slot !== undefined && { slot }) };
          tell({ type: 'enrolled', ...enrolled }, `enrolled at ${car}`);
          return enrolled;
        }),
      ],
    });
    try {
      tell({ type: 'ready', name }, `${name} is ready, and sleeps until a button is pressed`);
      await abortedUnless(failure.signal, signal);
    } finally {
      await close();
    }
  });
  tell({ type: 'stopped' }, 'stopped');
};

/** A fob without a radio is of no use. */
const GONE = new Set<PhoneKeyError['code']>(['radio.unavailable', 'radio.closed']);

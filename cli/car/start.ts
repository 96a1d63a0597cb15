import { linkEvent, SimulatedCar } from '../../firmware-sim/index.js';
import type { MemoryKind } from '../../firmware-sim/index.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { systemClock } from '../../lib/platform/clock.js';
import { sessionKeyLog } from '../capture/session-key-file.js';
import { openPeripheral } from '../config/radio.js';
import type { Stack } from '../config/radio.js';
import { traceOf } from '../context.js';
import type { Context } from '../context.js';
import { hintFor } from '../io/hints.js';
import { withProgress } from '../io/progress.js';
import { abortedUnless } from '../io/interrupt.js';
import { describeCarEvent } from './describe-event.js';
import { carHome } from './home.js';
import type { openTelematics, Telematics } from './telematics.js';

/** Runs a car in the foreground until it is told to stop, or its radio fails for good. */
export const startCar = async (
  context: Context<'radio'>,
  name: string,
  options: {
    readonly memory?: MemoryKind | undefined;
    readonly stack?: Stack | undefined;
    readonly cloud?: true | undefined;
  } = {},
): Promise<void> => {
  const { host, output, log, paths } = context;
  /** For what happens outside the car's own controller. */
  const tellNow = (event: object, sentence: string): void => {
    const time = new Date().toISOString();
    output.event(time, { ...event, at: systemClock.now(), time }, sentence);
  };
  const signal = host.interrupt.whileRead();
  const keyLog = sessionKeyLog(context);
  const home = carHome(paths, name);
  const telematics = options.cloud && (await linkToCloud(context, { name, home }, tellNow));
  const { peripheral, radio } = await withProgress(output, 'opening the radio', () =>
    openPeripheral(context, name, options.stack),
  );
  const failure = new AbortController();
  const starting = SimulatedCar.start({
    name,
    home,
    ...(options.memory === undefined ? {} : { memory: options.memory }),
    peripheral,
    log,
    onEvent: (event) => output.event(event.time, event, describeCarEvent(event)),
    onLinkEvent: (event) => {
      const told = linkEvent(event);
      tellNow(told, describeCarEvent(told));
    },
    onRadioError: (error) => {
      // An adapter may come back; an air that has ended does not.
      if (error.temporary && radio === 'ble') output.say(`${error.message}. ${hintFor(error)}`);
      else failure.abort(radio === 'ble' ? error : airEnded(error));
    },
    keyLog,
    telematics: telematics?.radio,
    onTelematicsCommand: telematics?.report,
    ...traceOf(context),
  });
  const car = await withProgress(output, `starting ${name}`, () => starting);
  telematics?.attach(car);
  try {
    const { fingerprint } = await car.control.status();
    tellNow(
      { type: 'ready', name, fingerprint, radio },
      `${name} is ready on ${radio === 'ble' ? 'Bluetooth' : 'the virtual air'}`,
    );
    await abortedUnless(failure.signal, signal);
  } finally {
    telematics?.leaving();
    await car.stop();
  }
  tellNow({ type: 'stopped' }, 'stopped');
};

/** Loaded for those cars alone that want it. */
const linkToCloud = async (...args: Parameters<typeof openTelematics>): Promise<Telematics> =>
  (await import('./telematics.js')).openTelematics(...args);

const airEnded = (cause: PhoneKeyError): PhoneKeyError =>
  new PhoneKeyError('radio.unavailable', 'the virtual air has ended', {
    cause,
    hint: 'Start the car again: key car start.',
  });

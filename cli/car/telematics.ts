import type { SimulatedCar } from '../../firmware-sim/index.js';
import { cloudPeripheral, registerCar } from '../../lib/cloud/index.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { pause, systemClock } from '../../lib/platform/clock.js';
import type { CommandReport } from '../../lib/cloud/index.js';
import type { Peripheral } from '../../lib/radio/types.js';
import { reachedBy } from '../cloud/client.js';
import { LateChannel } from '../cloud/late-channel.js';
import { brokerNow } from '../cloud/names.js';
import { loadCar } from '../cloud/package.js';
import { claimOf, readRegistration, writeRegistration } from '../cloud/registration.js';
import type { Registration } from '../cloud/registration.js';
import type { Context } from '../context.js';
import { orAborted } from '../io/interrupt.js';

/** Tells what happens, as an event and as a sentence. */
type Tell = (event: object, sentence: string) => void;

/** A car's link to the cloud. It comes and goes, and the car is the same without it. */
export interface Telematics {
  readonly radio: Peripheral;
  /** What became of a command that came by it. */
  report(report: CommandReport): void;
  /** Whom to give what the cloud brings. */
  attach(car: Pick<SimulatedCar, 'receive'>): void;
  /** The car stops: that its link ends with it is no news. */
  leaving(): void;
}

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

/**
 * The telematics unit of a car, which registers with the cloud once, as soon as that can be reached.
 * @param home of the car
 * @throws PhoneKeyError `cloud.not-installed`; `usage.invalid` where it has registered with another cloud
 */
export const openTelematics = async (
  context: Context,
  { name, home }: { readonly name: string; readonly home: string },
  tell: Tell,
): Promise<Telematics> => {
  const { connectCar } = await loadCar();
  const { log, paths, options } = context;
  const url = options.cloudUrl;
  const known = await readRegistration(home);
  if (known !== undefined && known.url !== url) throw elsewhere(known.url);
  const channel = new LateChannel(async (signal) => {
    const registration = known ?? (await register(context, { name, home }, tell, signal));
    sayClaim(registration, tell);
    const { car, secret } = registration;
    const brokerUrl = await brokerNow(paths.names, registration.url, registration.brokerUrl);
    return connectCar({ brokerUrl, car, secret, log });
  });
  let car: Pick<SimulatedCar, 'receive'> | undefined;
  let wasConnected = false;
  let isLeaving = false;
  const radio = cloudPeripheral(channel, {
    log,
    onConnected: (connected) => {
      if (connected === wasConnected || isLeaving) return;
      wasConnected = connected;
      if (connected) tell({ type: 'cloud-connected' }, 'linked to the cloud');
      else tell({ type: 'cloud-lost' }, 'the link to the cloud is lost; Bluetooth goes on without it');
    },
    onObject: (object, bytes) => {
      // What is not durable is not confirmed, and comes again.
      car?.receive(bytes).then(
        () => channel.confirm(object),
        (error: unknown) => log.warn('an object of the cloud was not kept', { error: String(error) }),
      );
    },
  });
  return {
    radio,
    report: (report) => channel.report(report),
    attach: (attached) => (car = attached),
    leaving: () => (isLeaving = true),
  };
};

const elsewhere = (url: string): PhoneKeyError =>
  new PhoneKeyError('usage.invalid', `this car is registered with the cloud at ${url}`, {
    hint: 'Name that one with --cloud-url, or delete cloud.json in the directory of the car: its owner then claims it again.',
  });

/** Until it is done, or the car stops. Says once that it has to wait. */
const register = async (
  context: Context,
  { name, home }: { readonly name: string; readonly home: string },
  tell: Tell,
  signal: AbortSignal,
): Promise<Registration> => {
  const url = context.options.cloudUrl;
  const where = { ...reachedBy(context), signal };
  for (let wait = FIRST_RETRY_MS, told = false; ; wait = Math.min(wait * 2, LAST_RETRY_MS)) {
    try {
      const registration = { url, ...(await registerCar(where, name)) };
      await writeRegistration(home, registration);
      return registration;
    } catch (error) {
      signal.throwIfAborted();
      const message = error instanceof Error ? error.message : String(error);
      if (!told) tell({ type: 'cloud-waiting', message }, `not registered with the cloud yet: ${message}; it is tried again`);
      told = true;
      await orAborted(signal, pause(systemClock, wait));
    }
  }
};

const sayClaim = (registration: Registration, tell: Tell): void => {
  const claim = claimOf(registration);
  if (claim === undefined) return;
  const { car } = registration;
  const { claimCode } = claim;
  tell(
    { type: 'cloud-registered', car, ...claim },
    `its code for the cloud is ${claimCode}: key cloud cars claim ${claimCode}`,
  );
};

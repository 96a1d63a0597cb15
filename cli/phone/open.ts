import { PhoneKeyError } from '../../lib/errors.js';
import type { CarCallOptions, FormFactor, PairedCar, PhoneKeyOptions } from '../../lib/index.js';
import { defaultSuite } from '../../lib/crypto/index.js';
import { carOf } from '../../lib/phone/car.js';
import { Remote } from '../../lib/phone/remote.js';
import { sessionKeyLog } from '../capture/session-key-file.js';
import { FileKeyStore } from '../config/key-store.js';
import { traceOf } from '../context.js';
import type { Context } from '../context.js';
import { askToCatchUp, refusedLists } from './catch-up.js';
import { explained } from './on-the-air.js';
import { watchedCentral } from './waiting-for.js';
import { openRadios } from './ways.js';
import type { TakenWay } from './ways.js';
import { withProgress } from '../io/progress.js';

export interface PhoneUse {
  /** What to tell a person who waits. */
  readonly doing: string;
  /** Asks for keys before it opens the radio. */
  readonly needsKeys?: boolean;
  /** Those of them that were read already. */
  readonly cars?: readonly PairedCar[];
  /** Over which way it goes; without one over Bluetooth alone. */
  readonly way?: TakenWay | undefined;
  /** What the car's owner sees; for pairing. */
  readonly name?: string | undefined;
  readonly formFactor?: FormFactor | undefined;
}

export interface OpenPhone<Phone extends Remote = Remote> {
  readonly phone: Phone;
  readonly store: FileKeyStore;
  /** That this phone has a key for; none where no keys were asked for. */
  readonly cars: readonly PairedCar[];
  /** Car, timeout and abort signal, as the global options say. */
  readonly call: CarCallOptions;
  /** From now on says nothing more to a person who waits: there is a question for him. */
  readonly quiet: () => void;
}

/** Opens the keys and the radio, and frees the radio whatever happens. */
export const withRemote = <T>(
  context: Context<'radio'>,
  use: PhoneUse,
  work: (open: OpenPhone) => Promise<T>,
): Promise<T> => withPhone(context, Remote, use, work);

/** As `withRemote`, with another kind of phone, which is not loaded here. */
export const withPhone = async <Phone extends Remote, T>(
  context: Context<'radio'>,
  Kind: new (options: PhoneKeyOptions) => Phone,
  { doing, needsKeys = true, cars: read, way, name, formFactor }: PhoneUse,
  work: (open: OpenPhone<Phone>) => Promise<T>,
): Promise<T> => {
  const { host, options, paths, log, signal, output } = context;
  const store = new FileKeyStore(paths.keys);
  const cars = needsKeys ? (read ?? (await store.list())) : undefined;
  if (cars?.length === 0) {
    throw new PhoneKeyError('keys.not-paired', 'this phone is not paired with any car');
  }
  const named = (cars ?? []).filter(({ name }) => name === (options.car ?? name));
  const seen = named.map((car) => carOf(defaultSuite, car));
  for (const line of refusedLists(seen)) output.say(line);
  const keyLog = sessionKeyLog(context);
  const opened = await openRadios(context, way === undefined ? 'none' : way.via);
  const { central, waitingFor } = watchedCentral(opened.central);
  let quiet = (): void => undefined;
  const phone = new Kind({
    central,
    cloud: opened.cloud,
    store,
    log,
    keyLog,
    name,
    formFactor,
    confirmCatchUp: askToCatchUp(host, () => {
      quiet();
    }),
    ...traceOf(context),
  });
  try {
    const call: CarCallOptions = {
      ...{ timeoutMs: options.timeout * 1000, signal, car: options.car, cars },
      ...(way && { via: way.via, onWay: way.onWay }),
    };
    return await withProgress(
      output,
      () => `${doing}: ${waitingFor()}`,
      (stop) => {
        quiet = stop;
        return work({ phone, store, cars: cars ?? [], call, quiet });
      },
    );
  } catch (error) {
    way?.tell(context, error);
    // Over two ways the error says what still works.
    if (way?.cloudFailed === true) throw error;
    throw await explained(
      context,
      error,
      named.map((car) => car.name),
    );
  } finally {
    await phone.close().catch(() => undefined); // what was done counts
  }
};

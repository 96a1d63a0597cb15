import { PhoneKeyError } from '../../lib/errors.js';
import type { CarCallOptions, FormFactor, PhoneKeyOptions, TraceEvent } from '../../lib/index.js';
import { Remote } from '../../lib/phone/remote.js';
import { sessionKeyLog } from '../capture/session-key-file.js';
import { FileKeyStore } from '../config/key-store.js';
import { openCentral } from '../config/radio.js';
import type { Context } from '../context.js';
import { withProgress } from '../io/progress.js';

export interface PhoneUse {
  /** What to tell a person who waits. */
  readonly doing: string;
  /** Asks for keys before it opens the radio. */
  readonly needsKeys?: boolean;
  /** What the car's owner sees; for pairing. */
  readonly name?: string | undefined;
  readonly formFactor?: FormFactor | undefined;
}

export interface OpenPhone<Phone extends Remote = Remote> {
  readonly phone: Phone;
  readonly store: FileKeyStore;
  /** Car, timeout and abort signal, as the global options say. */
  readonly call: CarCallOptions;
}

/** Opens the keys and the radio, and frees the radio whatever happens. */
export const withRemote = <T>(
  context: Context,
  use: PhoneUse,
  work: (open: OpenPhone) => Promise<T>,
): Promise<T> => withRadio(context, use, (options) => new Remote(options), work);

/** As `withRemote`, with another kind of phone. */
export const withRadio = async <Phone extends Remote, T>(
  context: Context,
  { doing, needsKeys = true, name, formFactor }: PhoneUse,
  make: (options: PhoneKeyOptions) => Phone,
  work: (open: OpenPhone<Phone>) => Promise<T>,
): Promise<T> => {
  const { options, paths, log, signal, output } = context;
  const store = new FileKeyStore(paths.keys);
  if (needsKeys && (await store.list()).length === 0) {
    throw new PhoneKeyError('keys.not-paired', 'this phone is not paired with any car');
  }
  const onSessionKeys = sessionKeyLog(context);
  const central = await openCentral(context);
  const phone = make({
    central,
    store,
    log,
    onSessionKeys,
    ...(name === undefined ? {} : { name }),
    ...(formFactor === undefined ? {} : { formFactor }),
    trace: ({ direction, kind, fields, bytes }: TraceEvent) => {
      log.debug(`${direction} ${kind}`, { fields, bytes });
    },
  });
  try {
    const call = {
      timeoutMs: options.timeout * 1000,
      signal,
      ...(options.car === undefined ? {} : { car: options.car }),
    };
    return await withProgress(output, doing, work({ phone, store, call }));
  } finally {
    await phone.close().catch(() => undefined); // what was done counts
  }
};

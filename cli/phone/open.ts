import { PhoneKeyError } from '../../lib/errors.js';
import { PhoneKey } from '../../lib/index.js';
import type { CarCallOptions, Central, FormFactorName, TraceEvent } from '../../lib/index.js';
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
  readonly formFactor?: FormFactorName | undefined;
}

export interface OpenPhone {
  readonly phone: PhoneKey;
  readonly store: FileKeyStore;
  /** Car, timeout and abort signal, as the global options say. */
  readonly call: CarCallOptions;
}

/** What a phone does that needs no car: it signs, and it keeps keys. */
export const withoutRadio = <T>(
  { paths, log }: Pick<Context, 'paths' | 'log'>,
  work: (open: Pick<OpenPhone, 'phone' | 'store'>) => Promise<T>,
): Promise<T> => {
  const store = new FileKeyStore(paths.keys);
  return work({ phone: new PhoneKey({ central: NO_RADIO, store, log }), store });
};

const noRadio = (): Promise<never> =>
  Promise.reject(new PhoneKeyError('radio.closed', 'this is done without a radio'));

const NO_RADIO: Central = { scan: noRadio, connect: noRadio, close: () => Promise.resolve() };

/** Opens the keys and the radio, and frees the radio whatever happens. */
export const withPhone = async <T>(
  context: Context,
  { doing, needsKeys = true, name, formFactor }: PhoneUse,
  work: (open: OpenPhone) => Promise<T>,
): Promise<T> => {
  const { options, paths, log, signal, output } = context;
  const store = new FileKeyStore(paths.keys);
  if (needsKeys && (await store.list()).length === 0) {
    throw new PhoneKeyError('keys.not-paired', 'this phone is not paired with any car');
  }
  const onSessionKeys = sessionKeyLog(context);
  const central = await openCentral(context);
  const phone = new PhoneKey({
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

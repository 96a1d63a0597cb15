import { PhoneKeyError } from '../../lib/errors.js';
import { PhoneKey } from '../../lib/index.js';
import type { Central } from '../../lib/index.js';
import { FileKeyStore } from '../config/key-store.js';
import type { Context } from '../context.js';
import { withRadio } from './open.js';
import type { OpenPhone, PhoneUse } from './open.js';

/** A phone that pairs, shares and takes back; opened and freed as by `withRemote`. */
export const withPhone = <T>(
  context: Context,
  use: PhoneUse,
  work: (open: OpenPhone<PhoneKey>) => Promise<T>,
): Promise<T> => withRadio(context, use, (options) => new PhoneKey(options), work);

/** What a phone does that needs no car: it signs, and it keeps keys. */
export const withoutRadio = <T>(
  { paths, log }: Pick<Context, 'paths' | 'log'>,
  work: (open: Pick<OpenPhone<PhoneKey>, 'phone' | 'store'>) => Promise<T>,
): Promise<T> => {
  const store = new FileKeyStore(paths.keys);
  return work({ phone: new PhoneKey({ central: NO_RADIO, store, log }), store });
};

const noRadio = (): Promise<never> =>
  Promise.reject(new PhoneKeyError('radio.closed', 'this is done without a radio'));

const NO_RADIO: Central = { scan: noRadio, connect: noRadio, close: () => Promise.resolve() };

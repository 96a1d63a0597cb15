import { PhoneKey } from '../../lib/phone/phone-key.js';
import type { Context } from '../context.js';
import { withRadio } from './open.js';
import type { OpenPhone, PhoneUse } from './open.js';

/** A phone that also pairs and carries; opened and freed as by `withRemote`. */
export const withPhone = <T>(
  context: Context<'radio'>,
  use: PhoneUse,
  work: (open: OpenPhone<PhoneKey>) => Promise<T>,
): Promise<T> => withRadio(context, use, (options) => new PhoneKey(options), work);

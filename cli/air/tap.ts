import type { OpenTap } from './watch.js';
import { PhoneKeyError } from '../../lib/errors.js';

export const openTap: OpenTap = () =>
  Promise.reject(new PhoneKeyError('radio.unavailable', 'no virtual air is running'));

/// <reference lib="esnext.disposable" preserve="true" />

/** Types that every entry may speak of: whoever imports one entry can name them from there. */
export type {
  ErrorCode,
  ErrorEntry,
  ErrorKind,
  ErrorObject,
  PhoneKeyError,
  PhoneKeyErrorOptions,
} from './errors.js';
export type * from './link/advertising.js';
export type { GattCharacteristic, GattProfile, GattProperty } from './link/gatt-profile.js';
export type { Cancel, Clock } from './platform/clock.js';
export type { KeyLog, LogFields, Logger } from './platform/logger.js';
export type { Optional } from './platform/optional.js';
export type { Random } from './platform/random.js';
export type { Trial } from './radio/patience.js';
export type * from './radio/types.js';

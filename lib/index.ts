/** `phonekey`: the phone and the protocol. Cars are in `phonekey/car` and `phonekey/sim`. */
export * from './phone/index.js';
export { errorCatalogue, PhoneKeyError } from './errors.js';
export type { ErrorCode, ErrorKind, ErrorObject } from './errors.js';
export { defaultSuite, nodeSuite, portableSuite } from './crypto/index.js';
export type { KeyPair, ScryptCost, Suite } from './crypto/suite.js';
export type { FormFactor } from './domain/form-factors.js';
export type { Role } from './domain/roles.js';
export { systemClock } from './platform/clock.js';
export type { Cancel, Clock } from './platform/clock.js';
export { silentLogger } from './platform/logger.js';
export type { KeyLog, Logger } from './platform/logger.js';
export { systemRandom } from './platform/random.js';
export type { Random } from './platform/random.js';
export type * from './link/advertising.js';
export type { GattProfile } from './link/gatt-profile.js';
export { nativeProfile, nativeScan } from './native/profile.js';
export type * from './radio/types.js';
export type { Trace, TraceEvent } from './link/message-link.js';

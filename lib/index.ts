/** `phonekey`: the phone and the protocol. Cars are in `phonekey/car` and `phonekey/sim`. */
export type * from './common.js';
export * from './phone/index.js';
export { errorCatalogue, PhoneKeyError } from './errors.js';
export { defaultSuite, portableSuite } from './crypto/index.js';
export type { KeyPair, ScryptCost, Suite } from './crypto/suite.js';
export { FORM_FACTORS } from './domain/names.js';
export type { FormFactor } from './domain/names.js';
export { ROLES } from './domain/roles.js';
export type { Role } from './domain/roles.js';
export { systemClock } from './platform/clock.js';
export { silentLogger } from './platform/logger.js';
export { systemRandom } from './platform/random.js';
export { nativeRemote } from './native/phone.js';
export { nativePhone } from './native/phone/pair.js';
export { nativeScan } from './native/advertisement.js';
export { nativeProfile } from './native/profile.js';
export type {
  MessageDescription,
  MessageDirection,
  Trace,
  TraceEvent,
} from './link/message-link.js';

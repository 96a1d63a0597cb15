/** `phonekey/car`: for those who build a car. See docs/guides/your-own-car.md. */
export type * from '../common.js';
export { PhoneKeyError } from '../errors.js';
export { carIdentity } from '../crypto/identity.js';
export { defaultSuite } from '../crypto/index.js';
export type { KeyPair, ScryptCost, Suite } from '../crypto/suite.js';
export { systemRandom } from '../platform/random.js';
export { CarEndpoint } from './endpoint.js';
export type { CarEndpointOptions } from './endpoint.js';
export type * from './dialect.js';
export type { LinkHolder } from './sessions.js';
export type { Patience } from '../radio/patience.js';
export type {
  MessageDescription,
  MessageDirection,
  Trace,
  TraceEvent,
} from '../link/message-link.js';
export { nativeCar } from '../native/car.js';
export * from './host.js';
export { DEFAULT_SLOTS } from '../credentials/key-slot.js';
export type {
  Applicant,
  Called,
  Introduction,
  KeyGrant,
  KeySlot,
  PathStep,
  PhoneIdentity,
} from '../credentials/key-slot.js';
export type { GrantTerms } from '../credentials/grant.js';
export type { PolicyRefusal } from '../credentials/policy.js';
export type { EntryKind, RevocationEntry } from '../credentials/revocation-list.js';
export { CLOSURES } from '../domain/closures.js';
export type { Closure } from '../domain/closures.js';
export type { Command, CommandName, CommandOf } from '../domain/commands.js';
export { FORM_FACTORS } from '../domain/names.js';
export type { FormFactor } from '../domain/names.js';
export { DONE, NO_TERMS, refused, refusedResult, resultOf } from '../domain/outcomes.js';
export type {
  Enrolment,
  KeyEntry,
  Outcome,
  Result,
  RevocationPage,
  SigningTerms,
  VehicleStatus,
} from '../domain/outcomes.js';
export { formatPairingCode, newPairingCode, pairingUri } from '../domain/pairing-code.js';
export type { PairingRefusal, Refusal } from '../domain/refusals.js';
export { permits, ROLES } from '../domain/roles.js';
export type { Role } from '../domain/roles.js';

/** `phonekey/car`: for those who build a car. See docs/guides/your-own-car.md. */
export { CarEndpoint } from './endpoint.js';
export type { CarEndpointOptions } from './endpoint.js';
export type * from './dialect.js';
export type { LinkHolder } from './sessions.js';
export { nativeCar } from '../native/car.js';
export * from './host.js';
export { DEFAULT_SLOTS } from '../credentials/key-slot.js';
export type {
  Applicant,
  Introduction,
  KeyGrant,
  KeySlot,
  PhoneIdentity,
} from '../credentials/key-slot.js';
export { CLOSURES } from '../domain/closures.js';
export type { Closure } from '../domain/closures.js';
export type { Command, CommandName, CommandOf } from '../domain/commands.js';
export { FORM_FACTORS } from '../domain/names.js';
export type { FormFactor } from '../domain/names.js';
export { DONE, NO_TERMS, refused, refusedResult } from '../domain/outcomes.js';
export type {
  KeyEntry,
  Outcome,
  Result,
  RevocationPage,
  SigningTerms,
  VehicleStatus,
} from '../domain/outcomes.js';
export { newPairingCode } from '../domain/pairing-code.js';
export type { PairingRefusal, Refusal } from '../domain/refusals.js';
export { permits, ROLES } from '../domain/roles.js';
export type { Role } from '../domain/roles.js';
export type { KeyLog } from '../platform/logger.js';

/** `phonekey/car`: for those who build a car. See docs/guides/car.md. */
export { CarEndpoint } from './endpoint.js';
export type { CarEndpointOptions } from './endpoint.js';
export type { CarLinkEvent } from '../native/car/car-link.js';
export type { CarHost, EnrolRefusal, PairingHost, PairingWindow } from './host.js';
export { refusal } from '../native/car/link-machine.js';
export { DEFAULT_SLOTS } from '../credentials/key-slot.js';
export type { KeySlot } from '../credentials/key-slot.js';
export { permits, Role, roleFromName, roleName, ROLE_NAMES } from '../credentials/roles.js';
export {
  formFactorFromName,
  formFactorName,
  FORM_FACTOR_NAMES,
} from '../credentials/form-factors.js';
export type { FormFactorName } from '../credentials/form-factors.js';
export type { RoleName } from '../credentials/roles.js';
export { newPairingCode } from '../native/pairing/code.js';
export { pairingRegistration } from '../native/pairing/secrets.js';
export type { OnSessionKeys, SessionKeys } from '../native/session/session-keys.js';
export type { AnyCommand, CommandMessage, CommandName } from '../native/commands.js';
export { RefusalReason, ResultSchema } from '../native/schema/gen/phonekey_pb.js';
export type { PhoneIdentity, Result } from '../native/schema/gen/phonekey_pb.js';

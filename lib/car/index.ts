/** `phonekey/car`: for those who build a car. See docs/guides/car.md. */
export { CarEndpoint, INFO_VALUE } from './endpoint.js';
export type { CarEndpointOptions } from './endpoint.js';
export type { CarLinkEvent } from './car-link.js';
export type { CarHost, EnrolRefusal, PairingHost, PairingWindow } from './host.js';
export { refusal } from './link-machine.js';
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
export { newPairingCode } from '../pairing/code.js';
export { pairingRegistration } from '../pairing/secrets.js';
export type { OnSessionKeys, SessionKeys } from '../session/session-keys.js';
export type { AnyCommand, CommandMessage, CommandName } from '../wire/commands.js';
export { RefusalReason, ResultSchema } from '../wire/gen/phonekey_pb.js';
export type { PhoneIdentity, Result } from '../wire/gen/phonekey_pb.js';

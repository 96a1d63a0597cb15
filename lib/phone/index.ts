export { CLOSURES } from '../domain/closures.js';
export type { Closure } from '../domain/closures.js';
export type { Command, CommandName } from '../domain/commands.js';
export type {
  CarStatus,
  Enrolment,
  KeyEntry,
  Outcome,
  Result,
  RevocationPage,
  SigningTerms,
  VehicleStatus,
} from '../domain/outcomes.js';
export type { PairingRefusal, Refusal } from '../domain/refusals.js';
export type { GrantTerms } from '../credentials/grant.js';
export type {
  EntryKind,
  RevocationEntry,
  RevocationList,
  RevocationListPart,
} from '../credentials/revocation-list.js';
export type { AcceptOptions } from './accepting.js';
export type { Car } from './car.js';
export type { CarChoice } from './choose.js';
export type { CarCommands, GivenPin, SetPinOptions, StartOptions } from './commands.js';
export type { CarConnection } from './connection.js';
export type { CallOptions, Deadline } from './deadline.js';
export type * from './dialect.js';
export type {
  CatchUp,
  KeyRingOptions,
  PhoneEnvironment,
  PhoneKeyOptions,
  RingEnvironment,
} from './environment.js';
export type { HeardCar } from './finder.js';
export { KeyRing } from './key-ring.js';
export type { KnownSharedKey } from './key-ring.js';
export { cloudMailbox } from './cloud-mailbox.js';
export type { AdvertisedCar, MailboxCall, MailboxClient } from './cloud-mailbox.js';
export type { Mailbox, MailboxCar, MailboxGrant } from './mailbox.js';
export type { Delivery } from './outbox.js';
export type { ConfirmPairing, PairingOffer } from './pairing.js';
export { PhoneKey } from './phone-key.js';
export type { PairOptions } from './phone-key.js';
export type { Relayed, RelayOptions } from './relay.js';
export { Remote } from './remote.js';
export type { CarCallOptions } from './calling.js';
export type { WayReport } from './way-report.js';
export type { ViaOption, Way } from './ways.js';
export type { ScanOptions, SeenCar } from './scanning.js';
export type { SignedRevocationList } from './revoking.js';
export type { Share, ShareOptions } from './sharing.js';
export type { Synced } from './sync.js';
export { LIST_REFUSALS, MemoryCarStore } from './store.js';
export type {
  CarChange,
  CarMail,
  ListRefusal,
  OutboxEntry,
  CarStore,
  HeldGrant,
  MailedGrant,
  Offer,
  OwnRevocationList,
  PairedCar,
  SharedKey,
  Wish,
} from './store.js';

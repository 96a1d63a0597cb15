/**
 * `phonekey/inspect`: for those who watch the air, or have recorded it. Says what phones and cars tell
 * each other, as far as the keys of the viewer go, and never shows a key.
 */
export type { Suite, KeyPair, ScryptCost } from '../../crypto/suite.js';
export { CLOSURES } from '../../domain/closures.js';
export type { Closure } from '../../domain/closures.js';
export type { Command, CommandName } from '../../domain/commands.js';
export type { VehicleStatus } from '../../domain/outcomes.js';
export { Conversation, describeMessage } from './conversation.js';
export type { InspectedMessage, ViewerKeys } from './conversation.js';
export { describeContent } from './content.js';
export type { Content } from './content.js';
export { inspectAdvertisement } from './known-car.js';
export type { KnownCar, SeenAdvertisement } from './known-car.js';
export {
  formatSessionKeys,
  parseSessionKeys,
  SESSION_KEY_LABEL,
  SESSION_KEY_LINE,
} from './session-key-line.js';
export type { OnSessionKeys, SessionKeys } from '../session/common.js';
export type { MessageDescription, MessageDirection } from '../../link/message-link.js';

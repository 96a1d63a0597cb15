/** `phonekey/sim` in a browser: a simulated car without a home. */
export type * from '../lib/car/index.js';
export { SimulatedCar } from './car.js';
export type { SimulatedCarOptions } from './car.js';
export type { CarControl } from './control/car-control.js';
export type { CarReport, Floor, LinkReport, RecordReport } from './car-report.js';
export type { CardTap } from './controller.js';
export type { CardSummary, KeyCard } from './cards.js';
export type { BodyAct, BodyEffect, BodyRefusal, DriveEndReason } from './body.js';
export type { CloseReason, WindowEffect } from './pairing-window.js';
export type { CommandReport } from '../lib/cloud/car-channel.js';
export { CLOSURES, DOORS } from '../lib/domain/closures.js';
export type { Closure, Door } from '../lib/domain/closures.js';
export { linkEvent } from './events.js';
export type {
  Actor,
  CarEvent,
  CarEventDetail,
  GrantSummary,
  KeySummary,
  LinkEventDetail,
  LinkKey,
  Via,
} from './events.js';
export { volatileMemory } from './memory/memory.js';
export type { CommitOptions, Memory } from './memory/memory.js';
export type { MemoryKind } from './memory/open.js';
export type { CarRecord } from './memory/record.js';
export type { RememberedOutcome } from './memory/outcome-record.js';
export type { PinRecord, PinTries } from './memory/rights-record.js';
export type { Limit } from './rights/limit.js';
export type { ClockRecord } from './rights/clock.js';
export type { Revocation, Revocations } from './rights/revocations.js';
export type { IncomingList, OwnerRevocations, Rights } from './rights/rights.js';
export type { Screen } from './pairing-manager.js';

/** `phonekey/sim` in a browser: a simulated car without a home. */
export { SimulatedCar } from './car.js';
export type { SimulatedCarOptions } from './car.js';
export type { CarControl } from './control/car-control.js';
export type { CarReport, Floor, LinkReport } from './car-report.js';
export type { CardTap } from './controller.js';
export type { CardSummary } from './cards.js';
export { CLOSURES, DOORS } from '../lib/domain/closures.js';
export type { Closure, Door } from '../lib/domain/closures.js';
export { linkEvent } from './events.js';
export type { Actor, CarEvent, CarEventDetail, GrantSummary, KeySummary } from './events.js';
export { volatileMemory } from './memory/memory.js';
export type { CommitOptions, Memory } from './memory/memory.js';
export type { MemoryKind } from './memory/open.js';
export type { CarRecord } from './memory/record.js';
export type { Screen } from './pairing-manager.js';

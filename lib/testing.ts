/** Of `phonekey/testing`, what knows no car: a clock that stands still, repeatable randomness, links without a radio. */
export type * from './index.js';
export { carStoreChecks } from './phone/store-contract.js';
export type { OpenStore, StoreCheck } from './phone/store-contract.js';
export { MemoryCarStore } from './phone/store.js';
export { seededRandom } from './platform/seeded-random.js';
export { SimClock } from './platform/sim-clock.js';
export { MemoryRadio } from './radio/memory.js';
export type { MemoryPeripheral, MemoryPeripheralOptions } from './radio/memory.js';
export { memoryLinkPair } from './radio/memory-link.js';
export type { MemoryLink, MemoryLinkOptions, MemoryLinkPair } from './radio/memory-link.js';

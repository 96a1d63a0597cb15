/** `phonekey/testing`: a clock that stands still, repeatable randomness, links without a radio. */
export type * from './index.js';
export { carStoreChecks } from './phone/store-contract.js';
export type { OpenStore, StoreCheck } from './phone/store-contract.js';
export { MemoryCarStore } from './phone/store.js';
export { seededRandom } from './platform/seeded-random.js';
export { SimClock } from './platform/sim-clock.js';
export { memoryLinkPair, MemoryRadio } from './radio/memory.js';
export type { MemoryLink, MemoryLinkOptions } from './radio/memory.js';

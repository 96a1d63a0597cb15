export { CLOSURES } from './answers.js';
export type { CarStatus, Closure, KeyEntry } from './answers.js';
export { CarConnection } from './connection.js';
export type { CallOptions } from './environment.js';
export type { SeenCar } from './finder.js';
export { PhoneKey } from './phone-key.js';
export type { CarCallOptions, PairOptions, PhoneKeyOptions } from './phone-key.js';
export { MemoryCarStore } from './store.js';
export type { CarStore, PairedCar } from './store.js';

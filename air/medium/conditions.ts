import type { Propagation } from './propagation.js';
import type { AirTime } from './time.js';

/** What holds for all that crosses one air. */
export interface Conditions {
  readonly time: AirTime;
  readonly propagation: Propagation;
  /** Paced: events have a random delay, receivers have windows, packets take time and may be lost. */
  readonly paced: boolean;
  /** Share of packets that are lost by fault, 0 to 1. */
  readonly loss: () => number;
  /** A random number, from 0 to below 1. */
  readonly unit: () => number;
  /** Most data packets of one side in one connection event. */
  readonly packetsPerEvent: number;
}

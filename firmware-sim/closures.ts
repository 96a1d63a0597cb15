import type { Closure } from '../lib/native/closures.js';

export { closureMask, CLOSURES } from '../lib/native/closures.js';
export type { Closure };

/** The doors people get in by. Only they keep the car from being locked, and stop the relock. */
export const DOORS = ['front-left', 'front-right', 'rear-left', 'rear-right'] as const;

export type Door = (typeof DOORS)[number];

export const isDoor = (closure: Closure): closure is Door =>
  (DOORS as readonly Closure[]).includes(closure);

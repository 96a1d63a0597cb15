import { CLOSURES } from '../domain/closures.js';
import type { Closure } from '../domain/closures.js';

/** Bit mask of open closures as the schema has it: 1 front left, ... 32 frunk. */
export const closureMask = (open: readonly Closure[]): number =>
  CLOSURES.reduce((mask, closure, bit) => (open.includes(closure) ? mask | (1 << bit) : mask), 0);

/** Undoes `closureMask`; bits that no closure has are ignored. */
export const closuresIn = (mask: number): Closure[] =>
  CLOSURES.filter((_, bit) => (mask & (1 << bit)) !== 0);

/** Everything on the car that opens, in the order of the bits of `VehicleStatus.open_closures`. */
export const CLOSURES = [
  'front-left',
  'front-right',
  'rear-left',
  'rear-right',
  'trunk',
  'frunk',
] as const;

export type Closure = (typeof CLOSURES)[number];

/** Bit mask of open closures as the schema has it: 1 front left, ... 32 frunk. */
export const closureMask = (open: readonly Closure[]): number =>
  CLOSURES.reduce((mask, closure, bit) => (open.includes(closure) ? mask | (1 << bit) : mask), 0);

/** Undoes `closureMask`; bits that no closure has are ignored. */
export const closuresIn = (mask: number): Closure[] =>
  CLOSURES.filter((_, bit) => (mask & (1 << bit)) !== 0);

/** Everything on the car that opens, in the order of the bits that lib/native has for them. */
export const CLOSURES = [
  'front-left',
  'front-right',
  'rear-left',
  'rear-right',
  'trunk',
  'frunk',
] as const;

/** One of CLOSURES. */
export type Closure = (typeof CLOSURES)[number];

/** The doors people get in by. Only they keep the car from being locked, and stop the relock. */
export const DOORS = ['front-left', 'front-right', 'rear-left', 'rear-right'] as const;

/** One of DOORS. */
export type Door = (typeof DOORS)[number];

export const isDoor = (closure: Closure): closure is Door =>
  (DOORS as readonly Closure[]).includes(closure);

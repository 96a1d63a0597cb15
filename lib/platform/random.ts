/** Returns `length` unpredictable bytes. Tests give a seeded one (`seededRandom`). */
export type Random = (length: number) => Uint8Array;

/** The operating system's generator; gives at most 65,536 bytes at once. */
export const systemRandom: Random = (length) => crypto.getRandomValues(new Uint8Array(length));

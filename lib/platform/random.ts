import { randomBytes } from 'node:crypto';

/** Returns `length` unpredictable bytes. Tests give a seeded one (`seededRandom`). */
export type Random = (length: number) => Uint8Array;

/** The operating system's generator. */
export const systemRandom: Random = (length) => new Uint8Array(randomBytes(length));

import type { Position } from './path-loss.js';

/** Log-normal shadowing: what stands in the way, beside distance. */
export interface Shadowing {
  /** Standard deviation in dB; 0 for none, 3 to 6 on a car park. */
  readonly sigma: number;
  /** Metres after which the one place says little about the other (Gudmundson's model). */
  readonly correlation: number;
}

export const NO_SHADOWING: Shadowing = { sigma: 0, correlation: 5 };

/** Values beyond this many standard deviations are cut, so that range has a bound. */
export const SHADOWING_BOUND = 3;

/** An end of a path: who, and where. */
export interface PathEnd {
  readonly id: number;
  readonly position: Position;
}

/**
 * Shadowing between two stations in dB, the same in both directions: a smooth random field of their
 * positions for each pair. Nothing is remembered, so it does not depend on who asked first.
 * @param seed 32 bits
 */
export const shadowing = (model: Shadowing, seed: number, a: PathEnd, b: PathEnd): number => {
  if (model.sigma === 0) return 0;
  const pair = mix(mix(seed ^ Math.min(a.id, b.id)) ^ Math.max(a.id, b.id));
  const x = (a.position.x + b.position.x) / model.correlation;
  const y = (a.position.y + b.position.y) / model.correlation;
  const left = Math.floor(x);
  const top = Math.floor(y);
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      const weight = (1 - Math.abs(x - left - i)) * (1 - Math.abs(y - top - j));
      sum += weight * normal(mix(mix(pair ^ (left + i)) ^ (top + j)));
      squares += weight * weight;
    }
  }
  // The mean of independent values varies less than each: the variance is put back.
  const value = sum / Math.sqrt(squares);
  return model.sigma * Math.max(-SHADOWING_BOUND, Math.min(SHADOWING_BOUND, value));
};

/** The finalizer of MurmurHash3: 32 bits to 32 bits, each of which depends on all. */
const mix = (value: number): number => {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** A standard normal value of a hash (Box and Muller). */
const normal = (hash: number): number => {
  const first = (hash + 1) / 2 ** 32;
  const second = mix(hash ^ 0x9e3779b9) / 2 ** 32;
  return Math.sqrt(-2 * Math.log(Math.min(first, 1))) * Math.cos(2 * Math.PI * second);
};

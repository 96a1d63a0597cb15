import { positionAt } from './motion.js';
import { distance, rangeOf, receivedPower } from './path-loss.js';
import type { PathLoss, Position } from './path-loss.js';
import { HOPELESS_MARGIN } from './reception.js';
import { shadowing, SHADOWING_BOUND } from './shadowing.js';
import type { Shadowing } from './shadowing.js';
import type { Station } from './station.js';

/** Who hears whom, and how well. */
export class Propagation {
  readonly #pathLoss: PathLoss;
  readonly #shadows: Shadowing;
  /** 32 bits. */
  readonly #seed: number;
  readonly #now: () => number;

  constructor(pathLoss: PathLoss, shadows: Shadowing, seed: number, now: () => number) {
    this.#pathLoss = pathLoss;
    this.#shadows = shadows;
    this.#seed = seed;
    this.#now = now;
  }

  /** Where the station is now. Of one that stands the clock is not asked: there are many, at every frame. */
  position({ motion }: Station): Position {
    return motion.speed === 0 ? motion.to : positionAt(motion, this.#now());
  }

  /** Signal strength in dBm, not rounded, at which `to` receives what `from` sends with `txPower`. */
  power(from: Station, to: Station, txPower = from.txPower): number {
    const there = this.position(from);
    const here = this.position(to);
    const clear = receivedPower(this.#pathLoss, txPower, distance(there, here));
    if (this.#shadows.sigma === 0) return clear;
    const ends = [
      { id: from.id, position: there },
      { id: to.id, position: here },
    ] as const;
    return clear - shadowing(this.#shadows, this.#seed, ...ends);
  }

  /** Signal strength as radios tell it, in whole dBm. */
  rssi(from: Station, to: Station, txPower?: number): number {
    return Math.max(-127, Math.min(20, Math.round(this.power(from, to, txPower))));
  }

  /** dB above the sensitivity of `to`; negative when `to` can hardly hear `from`. */
  margin(from: Station, to: Station, txPower?: number): number {
    if (!from.present || !to.present) return -Infinity;
    return this.power(from, to, txPower) - to.sensitivity;
  }

  hears(to: Station, from: Station): boolean {
    return this.margin(from, to) >= 0;
  }

  inReach(a: Station, b: Station): boolean {
    return this.hears(a, b) && this.hears(b, a);
  }

  /** Metres beyond which nothing of `txPower` dBm is heard by receivers of that sensitivity. */
  range(txPower: number, sensitivity: number): number {
    const best = SHADOWING_BOUND * this.#shadows.sigma - HOPELESS_MARGIN;
    return rangeOf(this.#pathLoss, txPower - sensitivity + best);
  }
}

import { seededRandom } from '../../lib/platform/seeded-random.js';
import type { Random } from '../../lib/platform/random.js';

/** Choices that follow from a seed. */
export class Rng {
  readonly #random: Random;

  constructor(seed: string) {
    this.#random = seededRandom(seed);
  }

  /** At least 0, below 1. */
  unit(): number {
    return Buffer.from(this.#random(4)).readUInt32LE() / 2 ** 32;
  }

  /** 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor(this.unit() * limit);
  }

  chance(oneIn: number): boolean {
    return this.unit() * oneIn < 1;
  }

  /** @throws Error when there is nothing to pick from */
  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new Error('nothing to pick from');
    return choice;
  }
}

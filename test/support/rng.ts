import { seededRandom } from '../../lib/platform/seeded-random.js';

/** Choices that follow from a seed, quickly made: xorshift (Marsaglia, 2003), 32 bits. */
export class Rng {
  #state: number;

  constructor(seed: string) {
    const bytes = seededRandom(seed)(4);
    this.#state = new DataView(bytes.buffer).getUint32(0) || 1;
  }

  /** Above 0, below 1. */
  unit(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state / 2 ** 32;
  }

  /** 0 to `limit` - 1; 0 where the limit is 0. */
  below(limit: number): number {
    return Math.floor(this.unit() * limit);
  }

  chance(oneIn: number): boolean {
    return this.below(oneIn) === 0;
  }

  /** @throws Error when there is nothing to pick from */
  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new Error('nothing to pick from');
    return choice;
  }
}

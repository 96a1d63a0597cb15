import { seededRandom } from '../../lib/platform/seeded-random.js';

/** Numbers that look random and follow from a seed: xorshift (Marsaglia, 2003), 32 bits. */
export class Rng {
  #state: number;

  constructor(seed: string) {
    const bytes = seededRandom(seed)(4);
    this.#state = new DataView(bytes.buffer).getUint32(0) || 1;
  }

  /** 0 to `limit` - 1; 0 where the limit is 0. */
  below(limit: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return limit === 0 ? 0 : this.#state % limit;
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

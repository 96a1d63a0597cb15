import { describe, expect, it } from '@jest/globals';
import type { FlashImage } from '../../../support/flash/cells.js';
import { FlashMemory } from '../../../../firmware-sim/flash/flash-memory.js';
import { SimulatedFlash } from '../../../support/flash/simulated-flash.js';
import { seededRandom } from '../../../../lib/platform/seeded-random.js';
import { sampleRecord } from '../memory/sample.js';
import { small as geometry } from './opened.js';

/**
 * The worst that two power cuts can do: the first leaves a commit that cannot be read for one undecided bit,
 * the second strikes while what is left of it is being erased, so that it looks blank; then it comes back
 * whole when the car has long acted on the record before. The cuts at random in power/ meet this once in a
 * hundred thousand.
 */

type Store = new (...options: ConstructorParameters<typeof FlashMemory>) => FlashMemory;

/** How the undecided bit reads is left to chance. */
const CHANCES = 4;

const powerUps = (Store: Store) => {
  let seed = 0;
  return (image?: FlashImage, cutAfter = Infinity) => {
    const options = image === undefined ? {} : { image };
    const flash = new SimulatedFlash({ geometry, seed: String(++seed), cutAfter, ...options });
    return { flash, memory: new Store(flash, { random: seededRandom(`chains ${seed}`) }) };
  };
};

/** What the cut left with that tear. */
const torn = (flash: SimulatedFlash, wanted: string): FlashImage | undefined =>
  [...flash.left()].find(({ tear }) => tear === wanted)?.image;

const comesBack = async (
  Store: Store,
  erases: boolean,
): Promise<{ readonly cases: number; readonly bad: number }> => {
  const powerUp = powerUps(Store);
  const triesIn = async (image: FlashImage | undefined): Promise<number | undefined> =>
    (await powerUp(image).memory.load())?.pairingTries;

  const commitTwice = async (cutAfter?: number) => {
    const { flash, memory } = powerUp(undefined, cutAfter);
    await memory.load();
    await memory.commit(sampleRecord(0, 1));
    const { steps } = flash;
    await memory.commit(sampleRecord(0, 2), { erases }).catch(() => undefined);
    return { flash, from: steps };
  };
  /** Where the second commit becomes readable: the last word of the first copy. */
  const { flash: whole, from } = await commitTwice();
  let first: FlashImage | undefined;
  for (let cut = from; cut < whole.steps && first === undefined; cut++) {
    const { flash } = await commitTwice(cut);
    if ((await triesIn(torn(flash, 'done'))) === 2) first = torn(flash, 'one bit in between');
  }
  let [cases, bad] = [0, 0];
  for (let chance = 0; chance < CHANCES; chance++) {
    const recovery = powerUp(first);
    await recovery.memory.load();
    for (let again = 0; again < recovery.flash.steps; again++) {
      const second = powerUp(first, again);
      await second.memory.load().catch(() => undefined);
      let image = torn(second.flash, 'ripens');
      const seen = new Set<number | undefined>();
      for (let boot = 0; boot < 3; boot++) {
        const { flash, memory } = powerUp(image);
        seen.add((await memory.load())?.pairingTries);
        image = flash.image();
      }
      cases += 1;
      if (seen.size > 1) bad += 1;
    }
  }
  return { cases, bad };
};

/** Takes for blank whatever looks blank. */
class TrustsBlank extends FlashMemory {
  constructor(...options: ConstructorParameters<typeof FlashMemory>) {
    super(...options);
    this.pool.wipeAll = () => {
      this.pool.wipe();
    };
  }
}

/** Takes two good copies for all there is. */
class LooksNoFurther extends FlashMemory {
  protected override alone(): boolean {
    return true;
  }
}

/** Writes over what could tell of the cut. */
class TakesAny extends FlashMemory {
  constructor(...options: ConstructorParameters<typeof FlashMemory>) {
    super(...options);
    const take = this.pool.take.bind(this.pool);
    this.pool.take = () => {
      this.pool.wipe();
      return take();
    };
  }
}

describe('a commit that was cut off, and then its erasing', () => {
  it.each([
    ['added', false],
    ['written anew', true],
  ])('does not come back once the car has acted on the record before: %s', async (_, erases) => {
    const { cases, bad } = await comesBack(FlashMemory, erases);
    expect(cases).toBeGreaterThan(60);
    expect(bad).toBe(0);
  });

  it.each([
    ['takes for blank what looks blank', false, TrustsBlank],
    ['takes for blank what looks blank', true, TrustsBlank],
    ['looks no further than two good copies', true, LooksNoFurther],
    ['writes over what tells of the cut', true, TakesAny],
  ])('would come back in a store that %s', async (_, erases, Wrong) => {
    expect((await comesBack(Wrong, erases)).bad).toBeGreaterThan(0);
  });
});

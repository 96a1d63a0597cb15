import { expect, it } from '@jest/globals';
import type { FlashImage } from '../../../support/flash/cells.js';
import { FlashMemory } from '../../../../firmware-sim/flash/flash-memory.js';
import { SimulatedFlash } from '../../../support/flash/simulated-flash.js';
import { seededRandom } from '../../../../lib/platform/seeded-random.js';
import { sampleRecord } from '../memory/sample.js';
import { small as geometry } from './opened.js';

/** A car that was never finished: nobody has been told of anything, so whatever happens it comes up. */

let seed = 0;
const powerUp = (image?: FlashImage, cutAfter = Infinity) => {
  const options = image === undefined ? {} : { image };
  const flash = new SimulatedFlash({ geometry, seed: String(++seed), cutAfter, ...options });
  return { flash, memory: new FlashMemory(flash, { random: seededRandom(`chains ${seed}`) }) };
};

/** Comes up, and makes the first commit if there was none; the power may go at that step. */
const makeCar = async (image?: FlashImage, cutAfter?: number): Promise<SimulatedFlash> => {
  const { flash, memory } = powerUp(image, cutAfter);
  try {
    if ((await memory.load()) === undefined) await memory.commit(sampleRecord(0));
  } catch (error) {
    if (cutAfter === undefined) throw error;
  }
  return flash;
};

const torn = (flash: SimulatedFlash, wanted: string): FlashImage | undefined =>
  [...flash.left()].find(({ tear }) => tear === wanted)?.image;

it.each(['fades', 'one bit fades', 'ripens', 'one bit in between'])(
  'comes up after a first commit was cut (%s), and then what follows it',
  async (tear) => {
    const { steps } = await makeCar();
    for (let cut = 0; cut < steps; cut++) {
      const image = torn(await makeCar(undefined, cut), tear);
      if (image === undefined) continue; // an erase has no such tear
      const more = (await makeCar(image)).steps;
      for (let again = cut % 7; again < more; again += 7) {
        await makeCar(torn(await makeCar(image, again), 'not begun'));
      }
    }
  },
);

it('comes up however often the first commit is cut', async () => {
  /** What is left when the power goes in the first word that is programmed: a sector without a header. */
  const cutInHeader = async (image?: FlashImage): Promise<FlashImage> => {
    for (let cut = 0; cut < 4 * geometry.sectors; cut++) {
      const flash = await makeCar(image, cut);
      if (torn(flash, 'one bit') !== undefined) return torn(flash, 'half')!; // only words have that tear
    }
    throw new Error('nothing was programmed');
  };
  let image = await cutInHeader();
  for (let cuts = 1; cuts < geometry.sectors; cuts++) image = await cutInHeader(image);
  const { memory } = powerUp((await makeCar(image)).image());
  expect(await memory.load()).toEqual(sampleRecord(0));
});

it('finds nothing on one day and nothing on the next', async () => {
  const { steps } = await makeCar();
  for (let cut = 0; cut < steps; cut++) {
    for (const { image } of (await makeCar(undefined, cut)).left()) {
      const seen = new Set<number | undefined>();
      let now = image;
      for (let boot = 0; boot < 3; boot++) {
        const { flash, memory } = powerUp(now);
        seen.add((await memory.load())?.pairingTries);
        now = flash.image();
      }
      expect(seen.size).toBe(1);
    }
  }
});

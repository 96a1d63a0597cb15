import { describe, expect, it } from '@jest/globals';
import { Medium } from '../../../../air/medium/medium.js';
import type { Pace } from '../../../../air/medium/medium.js';
import { SimClock } from '../../../../lib/platform/sim-clock.js';
import { TestRadio } from './test-radio.js';

const PACES: Pace[] = ['instant', 'real'];
const ROUNDS = 120;

/** Which of three gets the link, in so many rounds; they always ask in the same order. */
const winners = async (seed: string, pace: Pace): Promise<number[]> => {
  const clock = new SimClock();
  const medium = new Medium({ clock, seed, pace });
  const won: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const car = new TestRadio(medium, 1);
    const phones = [2, 3, 4].map((name) => new TestRadio(medium, name));
    for (const phone of phones) phone.connect(car);
    await clock.advance(400);
    const up = phones.flatMap(({ told }, index) =>
      told.includes('up') && !told.includes('down 62') ? [index] : [],
    );
    expect(up).toHaveLength(1);
    expect(car.told).toEqual(['up']);
    won.push(...up);
    for (const radio of [car, ...phones]) medium.leave(radio.station);
  }
  return won;
};

describe.each(PACES)('several who answer one advertising event, pace %s', (pace) => {
  it('get its one link by chance, and not in the order in which they ask', async () => {
    const won = await winners('order', pace);
    for (const phone of [0, 1, 2]) {
      const share = won.filter((winner) => winner === phone).length / ROUNDS;
      expect(share).toBeGreaterThan(0.2);
      expect(share).toBeLessThan(0.48);
    }
  });

  it('get it likewise with the same seed, and otherwise with another', async () => {
    const won = await winners('one', pace);
    expect(await winners('one', pace)).toEqual(won);
    expect(await winners('two', pace)).not.toEqual(won);
  });
});

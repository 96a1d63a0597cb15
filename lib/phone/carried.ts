import type { RingEnvironment } from './environment.js';
import type { CarriedNotice, PairedCar } from './store.js';

/** A phone carries no more than this for one car: 8 of its own, and those of others. */
export const MOST_CARRIED = 32;

/** The parts of a new notice instead of those of the one before. */
export const ownFirst = (
  parts: readonly Uint8Array[],
  carrying: readonly CarriedNotice[],
): readonly CarriedNotice[] =>
  bounded([
    ...parts.map((notice) => ({ notice, own: true })),
    ...carrying.filter((each) => !each.own),
  ]);

/** Where there is no room, the oldest of others' goes. */
const bounded = (carrying: readonly CarriedNotice[]): readonly CarriedNotice[] => {
  const own = carrying.filter((each) => each.own);
  const others = carrying.filter((each) => !each.own);
  return [...own, ...others.slice(own.length - MOST_CARRIED)];
};

/**
 * Remembers notices of others for a car of this phone.
 * @returns its entry as it is then
 */
export const takeAlong = (
  { suite, store }: RingEnvironment,
  name: string,
  notices: readonly Uint8Array[],
): Promise<PairedCar> =>
  store.update(name, (now) => {
    let carrying = now.carrying ?? [];
    for (const notice of notices) {
      const known = carrying.some((each) => suite.equal(each.notice, notice));
      if (!known) carrying = bounded([...carrying, { notice, own: false }]);
    }
    const car = { ...now, carrying };
    return { car, value: car };
  });

import { checkLeft, isUnfinished } from './check.js';
import type { Moment } from './check.js';
import { everyOne, Figures } from './figures.js';
import type { Medium } from './medium.js';
import { recordRun } from './record-run.js';
import type { Run } from './runs.js';

/** How much of it: all (1), or one in so many. Primes, so that the same tear is not met every time. */
export interface Effort {
  /** Of the ways in which the first cut may leave the medium. */
  readonly first: number;
  /** Of those, how many are cut a second time. */
  readonly again: number;
  /** Of the ways in which that cut may leave it. */
  readonly second: number;
  /** How often the car comes up after each. */
  readonly boots: number;
}

export const NEW_CAR: Moment = { acted: undefined, pending: undefined };

/** What people do with the car after a power cut: something that adds, something that takes away. */
const AFTERWARDS: Run = [
  async ({ car, enrol }) => {
    await enrol(9);
    await car.reset();
  },
];

/**
 * Cuts the power in every step of a run; then in every step of coming up after each of those cuts, and of
 * what is done next.
 */
export const cutEverywhere = async <I>(
  medium: Medium<I>,
  run: Run,
  effort: Effort,
): Promise<Figures> => {
  const figures = new Figures();
  const [first, again, second] = [effort.first, effort.again, effort.second].map(everyOne);
  const powerUp = (image: I) => (onStep: Parameters<Medium<I>['powerUp']>[1]) =>
    medium.powerUp(image, onStep);
  const { points, failed } = await recordRun(powerUp(medium.blank), run, NEW_CAR);
  if (failed !== undefined) throw failed;
  for (const { left, moment } of points) {
    for (const one of left()) {
      if (!first!()) continue;
      figures.add('cut', await checkLeft(medium, one, moment, effort.boots));
      if (!again!()) continue;
      const after = await recordRun(powerUp(one.image), AFTERWARDS, moment);
      if (after.failed !== undefined && !isUnfinished(medium, moment, after.failed)) {
        figures.add('cut again', { what: 'does not go on', where: after.failed.message });
      }
      for (const point of after.points) {
        for (const two of point.left()) {
          if (!second!()) continue;
          const both = { name: `${one.name}, then ${two.name}`, image: two.image };
          figures.add('cut again', await checkLeft(medium, both, point.moment, effort.boots));
        }
      }
    }
  }
  return figures;
};

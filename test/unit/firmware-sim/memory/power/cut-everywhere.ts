import type { Memory } from '../../../../../firmware-sim/memory/memory.js';
import type { CarRecord } from '../../../../../firmware-sim/memory/record.js';
import { rig } from '../../rig.js';
import type { Rig } from '../../rig.js';
import { checkLeft } from './check.js';
import type { Moment } from './check.js';
import type { Left, Medium } from './medium.js';
import type { Run } from './runs.js';

/** A moment at which the power may be cut, and what that may leave. */
export interface Point<I> {
  readonly left: () => Iterable<Left<I>>;
  readonly moment: Moment;
}

/** How much of it: all (1), or one in so many. Primes, so that the same tear is not met every time. */
export interface Effort {
  /** Of the ways in which the first cut may leave the medium. */
  readonly first: number;
  /** Of those, how many are cut a second time. */
  readonly again: number;
  /** Of the ways in which that cut may leave it. */
  readonly second: number;
}

/** Points cut, and what went wrong, by what. */
export interface Figures {
  cuts: number;
  secondCuts: number;
  readonly failures: Map<string, number>;
}

export const failuresOf = ({ failures }: Figures): Record<string, number> =>
  Object.fromEntries(failures);

/** Cuts the power in every step of a run, and in every step of what follows each of those cuts. */
export const cutEverywhere = async <I>(
  medium: Medium<I>,
  run: Run,
  effort: Effort,
): Promise<Figures> => {
  const figures: Figures = { cuts: 0, secondCuts: 0, failures: new Map() };
  const first = everyOne(effort.first);
  const again = everyOne(effort.again);
  const second = everyOne(effort.second);
  const newCar: Moment = { acted: undefined, pending: undefined };
  const { points, failed } = await record(medium, medium.blank, run, newCar);
  if (failed !== undefined) throw failed as Error;
  for (const { left, moment } of points) {
    for (const one of left()) {
      if (!first()) continue;
      figures.cuts += 1;
      count(figures, await checkLeft(medium, one, moment));
      if (!again()) continue;
      const after = await record(medium, one.image, [AFTERWARDS], moment);
      if (after.failed !== undefined) count(figures, `does not go on: ${String(after.failed)}`);
      for (const point of after.points) {
        for (const two of point.left()) {
          if (!second()) continue;
          figures.secondCuts += 1;
          const name = `${one.name}, then ${two.name}`;
          count(figures, await checkLeft(medium, { name, image: two.image }, point.moment));
        }
      }
    }
  }
  return figures;
};

/** What people do with the car after a power cut: something that adds, something that takes away. */
const AFTERWARDS: Run[number] = async ({ car, enrol }) => {
  await enrol(9);
  await car.reset();
};

export interface Recording<I> {
  readonly points: readonly Point<I>[];
  /** Why the run did not go through. */
  readonly failed: unknown;
}

/** Does a run, and notes every moment at which the power might be cut. */
export const record = async <I>(
  medium: Medium<I>,
  image: I,
  run: Run,
  before: Moment,
): Promise<Recording<I>> => {
  const points: Point<I>[] = [];
  let loaded: Moment = before;
  let pending: CarRecord | undefined;
  let car: Rig | undefined;
  const now = (): Moment => {
    if (car !== undefined) return { acted: car.store.record, pending };
    return pending === undefined ? loaded : { ...loaded, pending };
  };
  const { memory, left } = medium.powerUp(image, (leaves) => {
    points.push({ left: leaves, moment: now() });
  });
  const watched: Memory = {
    load: async () => {
      const found = await memory.load();
      loaded = { acted: found, pending: undefined };
      return found;
    },
    commit: async (next, options) => {
      pending = next;
      await memory.commit(next, options);
      pending = undefined;
    },
  };
  try {
    car = await rig({ memory: watched });
    for (const step of run) {
      await step(car);
      const rest = left();
      points.push({ left: () => rest, moment: now() });
    }
    return { points, failed: undefined };
  } catch (failed) {
    return { points, failed };
  }
};

const count = ({ failures }: Figures, wrong: string | undefined): void => {
  if (wrong !== undefined) failures.set(wrong, (failures.get(wrong) ?? 0) + 1);
};

/** True once in so many times. */
const everyOne = (stride: number): (() => boolean) => {
  let calls = 0;
  return () => calls++ % stride === 0;
};

import type { Memory } from '../../../../../firmware-sim/memory/memory.js';
import type { CarRecord } from '../../../../../firmware-sim/memory/record.js';
import { rig } from '../../rig.js';
import type { Rig } from '../../rig.js';
import type { Moment } from './check.js';
import type { Left, Powered } from './medium.js';
import type { Run } from './runs.js';

/** A moment at which the power may be cut, and what that may leave. */
export interface Point<I> {
  readonly left: () => Iterable<Left<I>>;
  readonly moment: Moment;
}

export interface Recording<I> {
  readonly points: readonly Point<I>[];
  /** Why the run did not go through; undefined: it did. */
  readonly failed: Error | undefined;
}

/** Powers up, with that called in each step. */
export type PowerUp<I> = (onStep: (left: Point<I>['left']) => void) => Powered<I>;

/**
 * Does a run with a whole car, and notes every moment at which the power might be cut: in each step of its
 * medium, and between the steps of the run. `before`: the moment that left what it starts from.
 */
export const recordRun = async <I>(
  powerUp: PowerUp<I>,
  run: Run,
  before: Moment,
  afterStep: () => 'go on' | 'stop' = () => 'go on',
): Promise<Recording<I>> => {
  const points: Point<I>[] = [];
  let loaded = before;
  let pending: CarRecord | undefined;
  let car: Rig | undefined;
  const now = (): Moment => {
    if (car !== undefined) return { acted: car.store.record, pending };
    return pending === undefined ? loaded : { ...loaded, pending };
  };
  const { memory, left, misuse } = powerUp((leaves) => {
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
    for (const step of [() => Promise.resolve(), ...run]) {
      await step(car);
      const rest = left();
      points.push({ left: () => rest, moment: now() });
      if (afterStep() === 'stop') break;
    }
    const wrong = misuse();
    return { points, failed: wrong === undefined ? undefined : new Error(wrong) };
  } catch (failed) {
    return { points, failed: failed as Error };
  }
};

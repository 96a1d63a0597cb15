import { randomBytes } from 'node:crypto';
import type { Samples } from './welch.js';

export type Class = 0 | 1;

/** Something whose time must not tell which of two classes its input was of. */
export interface Subject<Item = unknown> {
  readonly name: string;
  /** The two classes, in words. */
  readonly classes: readonly [string, string];
  /** A leak that is there on purpose, and must show. */
  readonly control?: boolean;
  /** Measurements, as a share of what was asked for (default 1): less for what takes long. */
  readonly share?: number;
  /** Calls in one measurement (default 1): more for what takes less than reading the clock. */
  readonly calls?: number;
  /** Makes an input; the same way for both classes. */
  prepare(kind: Class): Item;
  /** Before the clock is read: puts the input where `run` finds it. */
  load?(item: Item): void;
  /** What is measured. Its result is used, so that the compiler leaves it alone. */
  run(item: Item): unknown;
}

const BLOCK = 512;
/** The compiler needs to have seen the code, and caches to be what they will be. */
const WARM_UP = 2_000;

/**
 * Measures both classes in random order. Inputs are made beforehand in that same order, so that where
 * they lie in memory tells nothing of their class: a harness that allocates its classes apart finds
 * leaks that are its own.
 */
export const measureClasses = <Item>(subject: Subject<Item>, count: number): Samples => {
  const warmUp = Math.min(WARM_UP, count);
  const times = new Float64Array(count);
  const classes = new Uint8Array(count);
  const { calls = 1 } = subject;
  let sink = 0;
  for (let done = -warmUp; done < count;) {
    const kinds = Array.from(randomBytes(BLOCK), (byte): Class => (byte < 128 ? 0 : 1));
    const items = kinds.map((kind) => subject.prepare(kind));
    for (let i = 0; i < BLOCK && done < count; i++, done++) {
      const item = items[i] as Item;
      subject.load?.(item);
      const before = performance.now();
      for (let call = 0; call < calls; call++) if (subject.run(item) === true) sink++;
      const after = performance.now();
      if (done < 0) continue;
      times[done] = after - before;
      classes[done] = kinds[i] ?? 0;
    }
  }
  if (sink < 0) throw new Error('impossible');
  return { times, classes };
};

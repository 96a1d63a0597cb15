import { randomBytes } from 'node:crypto';

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

/** Mean and variance of a growing set of numbers (Welford's method). */
export class Moments {
  count = 0;
  mean = 0;
  #squares = 0;

  add(value: number): void {
    this.count += 1;
    const before = value - this.mean;
    this.mean += before / this.count;
    this.#squares += before * (value - this.mean);
  }

  /** Of the sample; 0 for fewer than two values. */
  get variance(): number {
    return this.count < 2 ? 0 : this.#squares / (this.count - 1);
  }
}

/** Welch's t of two sets whose variances may differ; 0 where there is nothing to compare. */
export const welchT = (a: Moments, b: Moments): number => {
  if (a.count < 2 || b.count < 2) return 0;
  const spread = Math.sqrt(a.variance / a.count + b.variance / b.count);
  if (spread === 0) return a.mean === b.mean ? 0 : Infinity;
  return (a.mean - b.mean) / spread;
};

/** Measurements in the order in which they were made, each of class 0 or 1. */
interface Samples {
  readonly times: Float64Array;
  readonly classes: Uint8Array;
}

/**
 * Shares of the measurements that are kept, the fastest first. What interrupts a measurement only
 * ever makes it slower, and a leak may show only below all that.
 */
const CROPS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1] as const;

/** The largest |t| over all crops, as dudect does it (Reparaz, Balasch, Verbauwhede, 2017). */
export const largestT = ({ times, classes }: Samples): number => {
  const sorted = times.slice().sort();
  let largest = 0;
  for (const crop of CROPS) {
    const limit = sorted[Math.ceil(sorted.length * crop) - 1] ?? 0;
    const kept = [new Moments(), new Moments()] as const;
    times.forEach((time, i) => {
      if (time <= limit) kept[classes[i] === 0 ? 0 : 1].add(time);
    });
    largest = Math.max(largest, Math.abs(welchT(...kept)));
  }
  return largest;
};

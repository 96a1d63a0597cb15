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
export interface Samples {
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

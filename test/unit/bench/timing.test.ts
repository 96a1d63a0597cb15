import { describe, expect, it } from '@jest/globals';
import {
  largestT,
  measureClasses,
  Moments,
  welchT,
} from '../../../bench/timing/measure-classes.js';
import type { Class } from '../../../bench/timing/measure-classes.js';

const moments = (...values: number[]): Moments => {
  const all = new Moments();
  for (const value of values) all.add(value);
  return all;
};

describe("Welch's t", () => {
  it('is what others compute', () => {
    // Of these numbers Python's statistics module gives the same.
    const a = moments(...EXAMPLE.a);
    const b = moments(...EXAMPLE.b);
    expect(a.mean).toBeCloseTo(20.82, 6);
    expect(a.variance).toBeCloseTo(7.867429, 6);
    expect(b.mean).toBeCloseTo(22.986667, 6);
    expect(b.variance).toBeCloseTo(3.812667, 6);
    expect(welchT(a, b)).toBeCloseTo(-2.455356, 6);
    expect(welchT(b, a)).toBeCloseTo(2.455356, 6);
  });

  it('is nothing where there is nothing to compare', () => {
    expect(welchT(moments(), moments(1, 2))).toBe(0);
    expect(welchT(moments(1), moments(2))).toBe(0);
    expect(welchT(moments(2, 2), moments(2, 2))).toBe(0);
    expect(welchT(moments(1, 1), moments(2, 2))).toBe(Infinity);
  });
});

/** Fifteen measurements each. */
const EXAMPLE = {
  a: [27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4],
  b: [27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4],
};

describe('the largest t over all crops', () => {
  it('sees a difference that rare, slow measurements hide', () => {
    const count = 2_000;
    const times = new Float64Array(count);
    const classes = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      classes[i] = i & 1;
      // A thousandth more in one class, and now and then an interruption, in the other class.
      const interrupted = i % 40 === 0 ? 500 : 0;
      times[i] = 1 + ((i * 7) % 10) / 1000 + (i & 1) / 1000 + interrupted;
    }
    const kept = [new Moments(), new Moments()] as const;
    times.forEach((time, i) => {
      kept[classes[i] === 0 ? 0 : 1].add(time);
    });
    expect(Math.abs(welchT(...kept))).toBeLessThan(8);
    expect(largestT({ times, classes })).toBeGreaterThan(10);
  });

  it('sees none where there is none', () => {
    const times = Float64Array.from({ length: 2_000 }, (_, i) => (i * 7919) % 101);
    const classes = Uint8Array.from({ length: 2_000 }, (_, i) => (i * 104_729) % 2);
    expect(largestT({ times, classes })).toBeLessThan(4);
  });
});

describe('measuring two classes', () => {
  it('makes inputs of both in one random order, before it measures any of them', () => {
    const order: string[] = [];
    const made: Class[] = [];
    const scratch = new Uint8Array(4);
    const seen = new Set<unknown>();
    const { times, classes } = measureClasses(
      {
        name: 'test',
        classes: ['zeros', 'ones'],
        calls: 2,
        prepare: (kind) => {
          order.push('prepare');
          made.push(kind);
          return new Uint8Array(4).fill(kind);
        },
        load: (item) => {
          order.push('load');
          scratch.set(item);
        },
        run: () => {
          order.push('run');
          seen.add(scratch);
          return scratch[0] === 1;
        },
      },
      1_000,
    );
    expect(times).toHaveLength(1_000);
    expect(times.every((time) => time >= 0)).toBe(true);
    // 512 are made, then each is loaded once and run twice.
    expect(order.slice(0, 512).every((step) => step === 'prepare')).toBe(true);
    expect(order.slice(512, 518)).toEqual(['load', 'run', 'run', 'load', 'run', 'run']);
    // Whatever the class, it is measured in the same place.
    expect(seen.size).toBe(1);
    // The measured ones are those after the warm-up.
    expect([...classes]).toEqual(made.slice(1_000, 2_000));
    const ones = classes.reduce((sum, kind) => sum + kind, 0);
    expect(Math.abs(ones - 500)).toBeLessThan(150);
  });
});

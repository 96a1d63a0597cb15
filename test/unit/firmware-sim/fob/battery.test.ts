import { describe, expect, it } from '@jest/globals';
import { drained, levelOf, newCell, rested, worked } from '../../../../firmware-sim/fob/battery.js';

const NOW = 1_800_000_000;
const YEAR = 8_766 * 3600;
const cell = newCell(NOW);

/** Presses of so many milliseconds each, so often a day, for a year. */
const year = (times: number, ms: number): number =>
  levelOf(worked(rested(cell, NOW + YEAR), 365 * times * ms)).percent;

describe('the coin cell of a fob', () => {
  it('is full when it is new, and says when it is low and when it is empty', () => {
    expect(levelOf(cell)).toEqual({ percent: 100, state: 'ok' });
    expect(levelOf(drained(cell, 89))).toEqual({ percent: 11, state: 'ok' });
    expect(levelOf(drained(cell, 90))).toEqual({ percent: 10, state: 'low' });
    expect(levelOf(drained(cell, 99.9))).toEqual({ percent: 1, state: 'low' });
    expect(levelOf(drained(cell, 100))).toEqual({ percent: 0, state: 'empty' });
    expect(levelOf(drained(drained(cell, 100), 100)).percent).toBe(0);
  });

  it.each([
    // Asleep 16.7 mAh, by itself 2.2 mAh of 220.
    [0, 0, 92],
    // Half a second each: 2.7 mAh more for ten a day.
    [10, 500, 91],
    // Ten a day that nobody hears cost eight seconds each: 43.8 mAh.
    [10, 8_000, 72],
  ])('after a year with %i presses a day of %i ms has %i %%', (times, ms, percent) => {
    expect(year(times, ms)).toBe(percent);
  });

  it('lasts a thousand presses that nobody hears, and about 18,000 of them', () => {
    expect(levelOf(worked(cell, 1_000 * 8_000)).percent).toBe(95);
    expect(levelOf(worked(cell, 18_000 * 8_000)).state).toBe('low');
    expect(levelOf(worked(cell, 18_400 * 8_000)).state).toBe('empty');
  });

  it('draws nothing while a clock is set back, and goes on from there', () => {
    const back = rested(cell, NOW - YEAR);
    expect(back).toEqual({ usedMicroAh: 0, at: NOW - YEAR });
    expect(levelOf(rested(back, NOW)).percent).toBe(92);
    expect(worked(cell, -5).usedMicroAh).toBe(0);
  });
});

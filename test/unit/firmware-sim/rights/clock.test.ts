import { describe, expect, it } from '@jest/globals';
import {
  advanceClock,
  clockAt,
  raiseFloor,
  runningTime,
  setLostClock,
  timeForRecords,
  timeOf,
} from '../../../../firmware-sim/rights/clock.js';

const RIGHT = { offset: 0, floor: 0, lost: false };
const LATEST = 2 ** 32 - 1;

describe('the time of the car', () => {
  it('is in whole seconds of the clock that runs in it, moved by what it was set to', () => {
    expect(timeOf(RIGHT, 5999)).toBe(5);
    expect(timeOf({ ...RIGHT, offset: 10 }, 5000)).toBe(15);
    expect(timeOf(advanceClock({ ...RIGHT, offset: 10 }, 20), 5000)).toBe(35);
  });

  it('is between 1970 and 2106, whatever it was set to', () => {
    expect(timeOf({ ...RIGHT, offset: -10 }, 5000)).toBe(0);
    expect(timeOf({ ...RIGHT, offset: LATEST }, 5000)).toBe(LATEST);
    expect(timeOf({ ...RIGHT, offset: LATEST - 6 }, 5000)).toBe(LATEST - 1);
  });

  it('is never before what an owner has signed', () => {
    const clock = raiseFloor(RIGHT, 100);
    expect(timeOf(clock, 99_000)).toBe(100);
    expect(timeOf(clock, 101_000)).toBe(101);
    expect(raiseFloor(clock, 99)).toEqual(clock);
  });

  it('runs on by itself below that, for what is judged by nothing that was signed', () => {
    expect(runningTime({ ...RIGHT, floor: 100 }, 99_000)).toBe(99);
    expect(runningTime({ ...RIGHT, offset: 5, floor: 100 }, 99_000)).toBe(104);
    expect(runningTime({ ...RIGHT, lost: true }, 99_000)).toBeUndefined();
  });

  it('learns nothing by what is signed while it is lost', () => {
    const lost = { ...RIGHT, floor: 100, lost: true };
    expect(raiseFloor(lost, 200)).toEqual(lost);
  });

  it('is what the card says, whatever was signed', () => {
    expect(clockAt(500, 7999)).toEqual({ offset: 493, floor: 0, lost: false });
    expect(timeOf(clockAt(500, 7999), 9000)).toBe(502);
  });

  it('is unknown once the clock stood still; what is kept then has the last known one', () => {
    const lost = { offset: 0, floor: 100, lost: true };
    expect(timeOf(lost, 200_000)).toBeUndefined();
    expect(timeForRecords(lost, 200_000)).toBe(100);
    expect(timeForRecords({ ...lost, lost: false }, 200_000)).toBe(200);
  });

  it('is set where it was lost, not below what an owner has signed, and is not turned else', () => {
    const lost = { offset: 0, floor: 100, lost: true };
    expect(timeOf(setLostClock(lost, 500, 7000), 8000)).toBe(501);
    expect(timeOf(setLostClock(lost, 50, 7000), 8000)).toBe(101);
    const runs = { ...lost, lost: false };
    expect(setLostClock(runs, 500, 7000)).toEqual(runs);
  });
});

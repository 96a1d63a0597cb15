import { MAX_TIME } from '../../lib/credentials/grant.js';

/** What the car makes of the clock that runs in it. Times are seconds since 1970. */

export interface ClockRecord {
  /** Seconds to add to the clock that runs in the car. */
  readonly offset: number;
  /** The highest time that an owner has signed: the clock never shows an earlier one. */
  readonly floor: number;
  /** It stood still, and nobody has set it since. */
  readonly lost: boolean;
}

/** What the clock shows, whatever was signed. Undefined when the car does not know the time. */
export const runningTime = (clock: ClockRecord, wallMs: number): number | undefined =>
  clock.lost ? undefined : running(clock, wallMs);

/** The time; never before what an owner has signed. Undefined when the car does not know it. */
export const timeOf = (clock: ClockRecord, wallMs: number): number | undefined =>
  clock.lost ? undefined : Math.max(running(clock, wallMs), clock.floor);

/** For what is kept now: the time, or the last that is known of it. */
export const timeForRecords = (clock: ClockRecord, wallMs: number): number =>
  timeOf(clock, wallMs) ?? clock.floor;

/** An owner has signed something at that time. A clock that was lost learns nothing by it. */
export const raiseFloor = (clock: ClockRecord, signedAt: number): ClockRecord =>
  !clock.lost && signedAt > clock.floor ? { ...clock, floor: signedAt } : clock;

/** A clock that shows this time. */
export const clockAt = (seconds: number, wallMs: number): ClockRecord => ({
  offset: seconds - Math.floor(wallMs / 1000),
  floor: 0,
  lost: false,
});

/** Sets a clock that was lost, and no other: nobody turns a running one back. */
export const setLostClock = (clock: ClockRecord, seconds: number, wallMs: number): ClockRecord =>
  clock.lost
    ? { ...clock, lost: false, offset: Math.max(seconds, clock.floor) - Math.floor(wallMs / 1000) }
    : clock;

/** Moves the clock forward, as if the time had passed. */
export const advanceClock = (clock: ClockRecord, seconds: number): ClockRecord => ({
  ...clock,
  offset: clock.offset + seconds,
});

const running = ({ offset }: ClockRecord, wallMs: number): number =>
  Math.min(MAX_TIME, Math.max(0, Math.floor(wallMs / 1000) + offset));

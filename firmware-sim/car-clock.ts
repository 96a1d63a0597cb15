import { MAX_TIME } from './memory/key-record.js';
import type { ClockRecord } from './memory/rights-record.js';

/** What the car makes of the clock that runs in it. Times are seconds since 1970. */

/** The time; never before what an owner has signed. Undefined when the car does not know it. */
export const timeOf = ({ lost, offset, floor }: ClockRecord, wallMs: number): number | undefined =>
  lost ? undefined : Math.max(floor, Math.min(MAX_TIME, Math.floor(wallMs / 1000) + offset));

/** For what is kept now: the time, or the last that is known of it. */
export const timeForRecords = (clock: ClockRecord, wallMs: number): number =>
  timeOf(clock, wallMs) ?? clock.floor;

/** When a key is paired now: what owners signed before does not concern it. */
export const timeOfPairing = (clock: ClockRecord, wallMs: number): number =>
  Math.min(MAX_TIME, Math.max(timeForRecords(clock, wallMs), clock.floor + 1));

/** An owner has signed something at that time. */
export const raiseFloor = (clock: ClockRecord, signedAt: number): ClockRecord =>
  signedAt > clock.floor ? { ...clock, floor: signedAt } : clock;

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

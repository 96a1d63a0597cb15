import { MAX_TIME, TOLERANCE_SECONDS } from '../../lib/credentials/grant.js';

/** How far back something counts no more. Times are seconds since 1970. */

export interface Limit {
  /** What is dated at or before it does not count. */
  readonly until: number;
  /**
   * Set while the car does not know the time: then nothing counts, whatever its date. Once the clock is
   * set, `until` becomes the time with the tolerance, but no later than this.
   */
  readonly pending?: number;
}

export const reaches = ({ until, pending }: Limit, date: number): boolean =>
  pending !== undefined || date <= until;

/**
 * All that anybody can have dated by now.
 * @param now of the running clock; undefined where the time is lost
 * @param least a date that it reaches in any case
 * @param most a date that it need not reach beyond
 */
export const upToNow = (now: number | undefined, least = 0, most = MAX_TIME): Limit =>
  now === undefined
    ? { until: least, pending: most }
    : { until: Math.max(least, Math.min(most, now + TOLERANCE_SECONDS, MAX_TIME)) };

/** Both of them. */
export const later = (one: Limit, other: Limit): Limit => {
  const until = Math.max(one.until, other.until);
  if (one.pending === undefined && other.pending === undefined) return { until };
  return { until, pending: Math.max(one.pending ?? 0, other.pending ?? 0) };
};

/** The time is known again. */
export const settled = (limit: Limit, now: number): Limit =>
  limit.pending === undefined ? limit : upToNow(now, limit.until, limit.pending);

/** Judged by the clock that runs, and by nothing that was signed: else each word would allow a later one. */
export const isDatedAhead = (now: number | undefined, date: number): boolean =>
  now !== undefined && date > now + TOLERANCE_SECONDS;

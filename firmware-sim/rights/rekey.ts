import { TOLERANCE_SECONDS } from '../../lib/credentials/grant.js';
import { clockAt, runningTime, setLostClock } from './clock.js';
import type { Departure } from './departure.js';
import { settled } from './limit.js';
import type { Limit } from './limit.js';
import { noRevocations, settle } from './revocations.js';
import type { Revocation, Revocations } from './revocations.js';
import { revocationsAgainst } from './rights.js';
import type { Rights, RightsContext } from './rights.js';

/** The highest epoch that can be written: 65535. */
export const MOST_EPOCH = 0xffff;

/**
 * Every grant and every revocation list of before is void by its epoch, and every key that is no owner's
 * goes. What stays is what concerns owners: a thief's phone stays suspended, and what a removed one signed
 * stays void, also where it was signed for an epoch to come. Undefined where the epoch is at its end.
 */
export const raiseEpoch = <R extends Rights>(
  before: R,
  { suite }: RightsContext,
): Departure<R> | undefined => {
  if (before.epoch === MOST_EPOCH) return undefined;
  const keys = before.keys.filter(({ role }) => role === 'owner');
  const concerning = keys.flatMap((key) => revocationsAgainst(suite, before, key));
  // Lists count from the beginning in a new epoch.
  const kept = (
    entries: readonly Revocation[],
    stays: (entry: Revocation) => boolean,
  ): readonly Revocation[] => entries.filter(stays).map((entry) => ({ ...entry, number: 0 }));
  const concerns = (entry: Revocation): boolean => concerning.includes(entry);
  const { floor } = noRevocations;
  const owners = before.owners
    .map(({ owner, entries }) => ({
      owner,
      number: 0,
      issuedAt: 0,
      floor,
      entries: kept(entries, concerns),
    }))
    .filter(({ entries }) => entries.length > 0);
  const entries = kept(before.own.entries, (entry) => entry.kind === 'removed' || concerns(entry));
  return {
    rights: { ...before, keys, epoch: before.epoch + 1, own: { ...before.own, entries }, owners },
    gone: before.keys.filter((key) => !keys.includes(key)),
  };
};

/** Sets a clock that was lost, and no other. What waited for the time gets it. */
export const setTime = <R extends Rights>(
  rights: R,
  seconds: number,
  { wallMs }: RightsContext,
): R | undefined => {
  if (!rights.clock.lost) return undefined;
  const clock = setLostClock(rights.clock, seconds, wallMs);
  const now = runningTime(clock, wallMs) ?? clock.floor;
  return {
    ...rights,
    clock,
    own: settle(rights.own, now),
    owners: rights.owners.map((list) => ({
      ...list,
      ...settle(list, now),
      issuedAt: Math.min(list.issuedAt, now + TOLERANCE_SECONDS),
    })),
  };
};

/**
 * The card at the screen sets the time, also back: a re-key, since what was signed by the other clock says
 * nothing about this one. Undefined where the epoch is at its end.
 */
export const setTimeByCard = <R extends Rights>(
  before: R,
  seconds: number,
  context: RightsContext,
): Departure<R> | undefined => {
  const rekeyed = raiseEpoch(before, context);
  if (rekeyed === undefined) return undefined;
  const { rights, gone } = rekeyed;
  const notLater = (time: number): number => Math.min(time, seconds);
  // All that can have been signed by now: by the new clock.
  const limited = (limit: Limit): Limit => ({ until: notLater(settled(limit, seconds).until) });
  const kept = <L extends Revocations>(list: L): L => ({
    ...list,
    floor: limited(list.floor),
    entries: list.entries.map(({ until, pending, ...entry }) => ({
      ...entry,
      issuedAt: notLater(entry.issuedAt),
      ...(entry.kind === 'removed'
        ? limited({ until, ...(pending !== undefined && { pending }) })
        : { until }),
    })),
  });
  return {
    rights: {
      ...rights,
      clock: clockAt(seconds, context.wallMs),
      keys: rights.keys.map((key) => ({ ...key, pairedAt: notLater(key.pairedAt ?? 0) })),
      own: kept(rights.own),
      owners: rights.owners.map(kept),
    },
    gone,
  };
};

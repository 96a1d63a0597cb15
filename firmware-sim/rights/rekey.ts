import { clockAt, runningTime, setLostClock } from './clock.js';
import type { Departure } from './departure.js';
import { noRevocations, settle } from './revocations.js';
import type { Revocations } from './revocations.js';
import { revocationsAgainst } from './rights.js';
import type { Rights, RightsContext } from './rights.js';

/** The highest epoch that can be written: 65535. */
export const MOST_EPOCH = 0xffff;

/**
 * Every grant and every revocation list of before is void by its epoch, and every key that is no owner's
 * goes. What stays is what concerns the owners: a thief's phone stays suspended.
 * Undefined where the epoch is at its end.
 */
export const rekey = <R extends Rights>(
  before: R,
  { suite }: RightsContext,
): Departure<R> | undefined => {
  if (before.epoch === MOST_EPOCH) return undefined;
  const keys = before.keys.filter(({ role }) => role === 'owner');
  const concerning = keys.flatMap((key) => revocationsAgainst(suite, before, key));
  // Lists count from the beginning in a new epoch.
  const kept = ({ entries }: Revocations): Revocations => ({
    floor: noRevocations.floor,
    entries: entries
      .filter((entry) => concerning.includes(entry))
      .map((entry) => ({ ...entry, number: 0 })),
  });
  const owners = before.owners
    .map(({ owner, ...list }) => ({ owner, number: 0, issuedAt: 0, ...kept(list) }))
    .filter(({ entries }) => entries.length > 0);
  return {
    rights: { ...before, keys, epoch: before.epoch + 1, own: kept(before.own), owners },
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
    owners: rights.owners.map((list) => ({ ...list, ...settle(list, now) })),
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
  const rekeyed = rekey(before, context);
  if (rekeyed === undefined) return undefined;
  const { rights, gone } = rekeyed;
  const notLater = (time: number): number => Math.min(time, seconds);
  const kept = <L extends Revocations>(list: L): L => ({
    ...list,
    entries: list.entries.map((entry) => ({ ...entry, issuedAt: notLater(entry.issuedAt) })),
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

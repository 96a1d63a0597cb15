import type { Car, SharedKey } from '../../lib/index.js';
import { endTime, formatTime } from '../config/time.js';

/** The limits of a grant that was given or accepted; those that are none are null. */
export const boundsOf = (granted: SharedKey | Car) => {
  const limits = 'notAfter' in granted ? granted : granted.grant;
  if (limits === undefined) {
    return { from: null, until: null, uses: null, leaseHours: null, delegations: 0 };
  }
  const { notBefore, notAfter, uses, leaseHours, delegations } = limits;
  return {
    from: formatTime(notBefore),
    until: endTime(notAfter),
    uses: uses === 0 ? null : uses,
    leaseHours: leaseHours === 0 ? null : leaseHours,
    delegations,
  };
};

/** For a person: `until 2026-05-01T16:00:00Z, 3 uses`. */
export const describeBounds = (granted: SharedKey | Car): string => {
  const { from, until, uses, leaseHours, delegations } = boundsOf(granted);
  return [
    ...(from !== null && Date.parse(from) > Date.now() ? [`from ${from}`] : []),
    until === null ? 'no end' : `until ${until}`,
    ...(uses === null ? [] : [`${String(uses)} uses`]),
    ...(leaseHours === null
      ? []
      : [`drives ${String(leaseHours)} h without a fresh signature of the owner`]),
    ...(delegations === 0 ? [] : [`may be handed on ${times(delegations)}`]),
  ].join(', ');
};

const times = (count: number): string => (count === 1 ? 'once' : `${String(count)} times`);

import type { CarReport } from '../../firmware-sim/index.js';
import { formatTime } from '../config/time.js';

/** Lines about what a car reports, for a person. */

export const clockLine = (now: number | null): string =>
  now === null ? 'the car does not know the time' : `the car's time is ${formatTime(now)}`;

/** Who keeps others out, where the car has no other link. */
export const linkLines = ({ links }: Pick<CarReport, 'links'>): string[] =>
  links.map(({ key, seconds, via }) => {
    const who =
      key === null
        ? 'a phone that has not proved itself'
        : `${key.name} (slot ${String(key.slot)})`;
    return `linked for ${String(seconds)} s${via ? ' through the cloud' : ''}: ${who}`;
  });

/** Which grants are void whoever has them, and what waits for the time. */
export const rightsLines = ({
  keys,
  floors,
  pendingRemovals,
}: Pick<CarReport, 'keys' | 'floors' | 'pendingRemovals'>): string[] => [
  ...floors.map(({ owner, until }) => {
    const who =
      owner === null
        ? 'any owner'
        : `${keys.find(({ slot }) => slot === owner)?.name ?? 'the owner'} (slot ${String(owner)})`;
    const when = until === null ? 'before the car is told the time' : `up to ${formatTime(until)}`;
    return `grants that ${who} signed ${when} are void`;
  }),
  ...(pendingRemovals === 0
    ? []
    : [
        `${String(pendingRemovals)} removed ${pendingRemovals === 1 ? 'key waits' : 'keys wait'} for the time: until then no grant lets ${pendingRemovals === 1 ? 'it' : 'them'} in`,
      ]),
];

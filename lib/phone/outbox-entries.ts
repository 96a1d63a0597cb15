import type { RingEnvironment } from './environment.js';
import { to } from './store.js';
import type { ListRefusal, OutboxEntry, PairedCar } from './store.js';

/** Parts of revocation lists that wait for one car. */

/** At most: 8 of this phone's own, and those of others. */
export const MOST_IN_OUTBOX = 32;

/** The parts of a new list of this phone's instead of those of the one before. */
export const replaceOwn = (
  parts: readonly Uint8Array[],
  outbox: readonly OutboxEntry[],
): readonly OutboxEntry[] =>
  bounded([...parts.map((part) => ({ part, own: true })), ...outbox.filter((each) => !each.own)]);

/** Where there is no room, the oldest of others' goes. */
const bounded = (outbox: readonly OutboxEntry[]): readonly OutboxEntry[] => {
  const own = outbox.filter((each) => each.own);
  const others = outbox.filter((each) => !each.own);
  return [...own, ...others.slice(own.length - MOST_IN_OUTBOX)];
};

/** With this outbox; an empty one is none. */
export const withOutbox = (
  { outbox: _, ...car }: PairedCar,
  outbox: readonly OutboxEntry[],
): PairedCar => (outbox.length === 0 ? car : { ...car, outbox });

/** Once none of the list waits any more, the car has it: what was resumed need not be said again. */
export const taken = (car: PairedCar): PairedCar => {
  const { revocationList: list, outbox = [] } = car;
  if (list === undefined || outbox.some(({ own }) => own)) return car;
  const entries = list.entries.filter(({ kind }) => kind !== 'resumed');
  return { ...car, revocationList: { ...list, entries } };
};

/** Why the car did not take this phone's own list, where it was asked and did not. */
export const refusedList = ({ outbox = [] }: Pick<PairedCar, 'outbox'>): ListRefusal | undefined =>
  outbox.find(({ refused }) => refused !== undefined)?.refused;

/**
 * Remembers parts of others' revocation lists for a car of this phone.
 * @returns its entry as it is then
 */
export const addToOutbox = (
  { suite, store }: RingEnvironment,
  name: string,
  parts: readonly Uint8Array[],
): Promise<PairedCar> =>
  store.update(
    name,
    to((now) => {
      let outbox = now.outbox ?? [];
      for (const part of parts) {
        const known = outbox.some((each) => suite.equal(each.part, part));
        if (!known) outbox = bounded([...outbox, { part, own: false }]);
      }
      return { ...now, outbox };
    }),
  );

import type { RingEnvironment } from './environment.js';
import type { OutboxEntry, PairedCar } from './store.js';

/** Parts that wait for one car at most: 8 of this phone's own, and those of others. */
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

/**
 * Remembers parts of others' revocation lists for a car of this phone.
 * @returns its entry as it is then
 */
export const addToOutbox = (
  { suite, store }: RingEnvironment,
  name: string,
  parts: readonly Uint8Array[],
): Promise<PairedCar> =>
  store.update(name, (now) => {
    let outbox = now.outbox ?? [];
    for (const part of parts) {
      const known = outbox.some((each) => suite.equal(each.part, part));
      if (!known) outbox = bounded([...outbox, { part, own: false }]);
    }
    const car = { ...now, outbox };
    return { car, value: car };
  });

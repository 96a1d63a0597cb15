import type { Suite } from '../crypto/suite.js';
import { toHex } from '../platform/bytes.js';
import type { RingEnvironment } from './environment.js';
import { MOST_ANSWERED, to } from './store.js';
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

/** What the mailbox in the cloud brings has so much of the room, and displaces nothing. */
const ROOM_FOR_MAIL = MOST_IN_OUTBOX / 2;

/** By which a part is remembered: 8 bytes, hex. */
const nameOf = (suite: Suite, part: Uint8Array): string => toHex(suite.sha512(part).subarray(0, 8));

/** Remembers that the car has answered these, where the mailbox in the cloud may bring them again. */
export const withAnswered = (
  suite: Suite,
  car: PairedCar,
  answered: readonly OutboxEntry[],
): PairedCar => {
  if (car.mail?.car === undefined || answered.length === 0) return car;
  const names = answered.map(({ part }) => nameOf(suite, part));
  const before = (car.mail.answered ?? []).filter((each) => !names.includes(each));
  return { ...car, mail: { ...car.mail, answered: [...before, ...names].slice(-MOST_ANSWERED) } };
};

/**
 * With what the mailbox has for the car and the car has not answered: the newest of it, as far as there is room.
 * @param parts for this car by their tags, the oldest first
 * @returns the same object where there is nothing new
 */
export const withMail = (suite: Suite, car: PairedCar, parts: readonly Uint8Array[]): PairedCar => {
  const { outbox = [], mail } = car;
  const answered = new Set(mail?.answered);
  const fresh = parts.filter(
    (part) =>
      !answered.has(nameOf(suite, part)) && !outbox.some((each) => suite.equal(each.part, part)),
  );
  const others = outbox.filter(({ own }) => !own).length;
  const room = Math.min(ROOM_FOR_MAIL - others, MOST_IN_OUTBOX - outbox.length);
  const added = fresh.slice(Math.max(0, fresh.length - Math.max(0, room)));
  if (added.length === 0) return car;
  return { ...car, outbox: [...outbox, ...added.map((part) => ({ part, own: false }))] };
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

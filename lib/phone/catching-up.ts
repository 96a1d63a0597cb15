import { TOLERANCE_SECONDS } from '../credentials/grant.js';
import type { RevocationEntry } from '../credentials/revocation-list.js';
import { toHex } from '../platform/bytes.js';
import { calledBack } from './boundary.js';
import { entryOf } from './connection.js';
import type { CarConnection } from './connection.js';
import { carSeconds } from './dating.js';
import { Deadline } from './deadline.js';
import type { PhoneEnvironment } from './environment.js';
import { taken, withAnswered, withOutbox } from './outbox-entries.js';
import { folded, isAllIn, merged } from './own-list.js';
import { nextList } from './revoking.js';
import type { OutboxEntry, OwnRevocationList, PairedCar } from './store.js';

/** A phone that was restored from a backup does not know all that it has said; the car does. */

/** How many pages a car's answer has at most. */
const MOST_PAGES = 16;

export interface CaughtUp {
  /** What is to be delivered now. */
  readonly outbox: readonly OutboxEntry[];
  /** For that; the time which a person took to answer does not count. */
  readonly deadline: Deadline;
}

/**
 * Reads what the car has by the lists of this owner, makes one list of both, and signs it where the car has not
 * all of it. Nothing is given back by it but what was resumed on this phone since.
 * @param asks whether there is time to ask a person
 * @returns undefined where nothing was done: the car does not say, or nobody said yes
 * @throws PhoneKeyError as a command does
 */
export const catchUp = async (
  environment: PhoneEnvironment,
  connection: CarConnection,
  deadline: Deadline,
  asks: boolean,
): Promise<CaughtUp | undefined> => {
  const { store, clock, confirmCatchUp } = environment;
  const car = entryOf(connection);
  const found = await listOf(connection, deadline);
  if (found === undefined) return undefined;
  const isThere = (own: OwnRevocationList | undefined): own is OwnRevocationList =>
    own?.number === found.number && isAllIn(found.entries, own.entries);
  const { timeoutMs, signal } = deadline;
  if (!isThere(car.revocationList) && confirmCatchUp !== undefined) {
    if (
      !asks ||
      !(await calledBack(() => confirmCatchUp({ car: car.name, unknown: unknownTo(car, found) })))
    ) {
      return undefined;
    }
  }
  const outbox = await store.update(car.name, (now) => {
    const { outbox: waiting = [], revocationList: own } = now;
    const caughtUp = isThere(own)
      ? taken(
          folded(
            withOutbox(
              {
                ...withAnswered(environment.suite, now, waiting.filter(isOwn)),
                revocationList: { ...own, entries: merged(own.entries, found.entries) },
              },
              waiting.filter((entry) => !isOwn(entry)),
            ),
            carSeconds(environment, now),
          ),
        )
      : nextList(environment, now, (entries) => merged(entries, found.entries), {
          above: found.number,
        }).car;
    return { car: caughtUp, value: caughtUp.outbox ?? [] };
  });
  return { outbox, deadline: new Deadline(clock, { timeoutMs, signal }) };
};

/**
 * Signs this phone's list once more where, by what the car has told, it was dated by a clock that is ahead.
 * @returns what is to be delivered now; undefined where the list need only be delivered a moment later
 */
export const dateAnew = (
  environment: PhoneEnvironment,
  { name }: PairedCar,
): Promise<readonly OutboxEntry[] | undefined> =>
  environment.store.update(name, (now) => {
    const { issuedAt = 0 } = now.revocationList ?? {};
    if (issuedAt <= carSeconds(environment, now) + TOLERANCE_SECONDS) {
      return { car: now, value: undefined };
    }
    const { car } = nextList(environment, now, (entries) => entries);
    return { car, value: car.outbox };
  });

const isOwn = ({ own }: OutboxEntry): boolean => own;

interface Found {
  readonly number: number;
  readonly entries: readonly RevocationEntry[];
}

/** Undefined where the car does not say. */
const listOf = async (
  connection: CarConnection,
  deadline: Deadline,
): Promise<Found | undefined> => {
  const entries: RevocationEntry[] = [];
  let [number, pages] = [0, 1];
  for (let page = 0; page < Math.min(pages, MOST_PAGES); page++) {
    const { outcome } = await connection.command({ type: 'listRevocations', page }, deadline);
    if (outcome.type !== 'revocations') return undefined;
    entries.push(...outcome.entries.filter(({ kind }) => kind !== 'resumed'));
    number = Math.max(number, outcome.number);
    ({ pages } = outcome);
  }
  return { number, entries };
};

const unknownTo = ({ revocationList }: PairedCar, { entries }: Found) => {
  const own = revocationList?.entries ?? [];
  return entries
    .filter((entry) => !isAllIn(own, [entry]))
    .map(({ fingerprint, kind }) => ({ fingerprint: toHex(fingerprint), kind }));
};

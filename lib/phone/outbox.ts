import type { Outcome } from '../domain/outcomes.js';
import { isOwner } from './choose.js';
import { entryOf } from './connection.js';
import type { CarConnection } from './connection.js';
import type { Deadline } from './deadline.js';
import { wallSeconds } from './environment.js';
import type { PhoneEnvironment } from './environment.js';
import { taken, refusedList, withAnswered, withOutbox } from './outbox-entries.js';
import { reconcilePairing } from './reconcile.js';
import { LIST_REFUSALS, to } from './store.js';
import type { ListRefusal, OutboxEntry, PairedCar } from './store.js';

/** How long a command that is done may be followed by what the car should hear besides, in milliseconds. */
const AFTERWARDS_MS = 3_000;

/** What became of the parts of revocation lists that waited for a car. */
export interface Delivery {
  /** The car took them. */
  readonly delivered: number;
  /** Of others: it had newer ones, or could not use them; this phone has dropped them. */
  readonly refused: number;
  /** Still to be delivered. */
  readonly left: number;
  /** Why the car does not take the list of this phone itself, which is kept. */
  readonly refusal?: ListRefusal;
}

/** Revocation lists for the car of a connection, which this phone has a key for. To other cars: relay.ts. */
export type Outbox = ReturnType<typeof openOutbox>;

export const openOutbox = (environment: PhoneEnvironment, connection: CarConnection) => {
  const { suite, store, log } = environment;
  let entries = entryOf(connection).outbox ?? [];

  /** What the car answered to parts: without a refusal it took them. */
  const settle = async (
    answers: ReadonlyMap<Uint8Array, ListRefusal | undefined>,
  ): Promise<void> => {
    const answered = [...answers];
    const left = (before: readonly OutboxEntry[]): readonly OutboxEntry[] =>
      before.flatMap((entry) => {
        const answer = answered.find(([part]) => suite.equal(part, entry.part));
        if (answer === undefined) return [entry];
        const [, refused] = answer;
        return entry.own && refused !== undefined ? [{ ...entry, refused }] : [];
      });
    entries = left(entries);
    const settled = (now: PairedCar): PairedCar => {
      const outbox = left(now.outbox ?? []);
      const stays = new Set(outbox.map(({ part }) => part));
      const gone = (now.outbox ?? []).filter(({ part }) => !stays.has(part));
      return taken(withOutbox(withAnswered(suite, now, gone), outbox));
    };
    await store.update(entryOf(connection).name, to(settled));
  };

  /** @throws PhoneKeyError as a command does; what was answered before is remembered */
  const send = async (deadline: Deadline): Promise<Delivery> => {
    const answers = new Map<Uint8Array, ListRefusal | undefined>();
    let refusal: ListRefusal | undefined;
    const counts = { delivered: 0, refused: 0 };
    // A long part does not fit into the first message, beside the proof and perhaps a grant.
    if (entries.length > 0 && !connection.usable) {
      await connection.command({ type: 'status' }, deadline);
    }
    try {
      for (const { part, own, refused } of entries) {
        const command = { type: 'deliver', revocationList: part } as const;
        const { outcome } = await connection.command(command, deadline);
        const why = listRefusal(outcome);
        if (outcome.type === 'done') counts.delivered += 1;
        // What others dated ahead waits as well.
        else if (why === undefined || (why === 'dated-ahead' && !own)) continue;
        else if (own) refusal = why;
        else counts.refused += 1;
        if (why === undefined || why !== refused) answers.set(part, why);
      }
    } finally {
      if (answers.size > 0) await settle(answers);
    }
    return { ...counts, left: entries.length, ...(refusal === undefined ? {} : { refusal }) };
  };

  /**
   * Delivers what waits, one command for each part. Where the car does not take this phone's own list, the two
   * are made one, signed anew, and delivered.
   * @param asks whether there is time to ask a person first
   * @throws PhoneKeyError as a command does; what was answered before is remembered
   */
  const deliver = async (deadline: Deadline, asks = true): Promise<Delivery> => {
    const known = refusedList({ outbox: entries });
    const first = await send(deadline);
    const { refusal } = first;
    if (refusal === undefined) return first;
    // Only where it is needed: signing takes more modules than using a key.
    const { catchUp, dateAnew } = await import('./catching-up.js');
    if (refusal === 'dated-ahead') {
      const dated = await dateAnew(environment, entryOf(connection));
      if (dated === undefined) return first;
      entries = dated;
      return together(first, await send(deadline));
    }
    const caughtUp = await catchUp(environment, connection, deadline, asks);
    if (caughtUp === undefined) {
      const { name } = entryOf(connection);
      if (refusal !== known)
        log.warn("a car did not take this phone's revocation list", { name, refusal });
      return first;
    }
    entries = caughtUp.outbox;
    return together(first, await send(caughtUp.deadline));
  };

  /**
   * What follows a command on the same link: a question for slot and role, where the end of a pairing was not
   * heard; the time, where the car has lost it and this phone is an owner's; then the revocation lists. The
   * command is done, and nothing of this makes it fail.
   */
  const afterCommand = async (deadline: Deadline): Promise<void> => {
    const car = entryOf(connection);
    const tellTime = connection.clockLost && isOwner(car);
    const unconfirmed = car.unconfirmed === true;
    if (!connection.usable) return;
    const afterwards = deadline.within(AFTERWARDS_MS);
    afterwards.askedNow();
    try {
      if (unconfirmed) {
        const answer = await connection.command({ type: 'listKeys' }, afterwards);
        await reconcilePairing(environment, entryOf(connection), answer);
      }
      const seconds = wallSeconds(environment);
      if (tellTime) await connection.command({ type: 'setTime', seconds }, afterwards);
      await deliver(afterwards, false);
    } catch (error) {
      log.debug('not all was delivered to the car', { error: String(error) });
    }
  };

  return { deliver, afterCommand };
};

/** Of what was sent first, and then of what was left or signed anew. */
const together = (first: Delivery, second: Delivery): Delivery => ({
  ...second,
  delivered: first.delivered + second.delivered,
  refused: first.refused + second.refused,
});

const listRefusal = (outcome: Outcome): ListRefusal | undefined =>
  LIST_REFUSALS.find((each) => outcome.type === 'refused' && outcome.refusal === each);

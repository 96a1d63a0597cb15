import { isRefusal } from '../domain/outcomes.js';
import { isOwner } from './choose.js';
import type { CarConnection } from './connection.js';
import type { CallOptions, Deadline } from './deadline.js';
import { wallSeconds } from './environment.js';
import type { PhoneEnvironment, RingEnvironment } from './environment.js';
import { reconcilePairing } from './reconcile.js';
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

/** How long a command that is done may be followed by what the car should hear besides, in milliseconds. */
const AFTERWARDS_MS = 3_000;

/** What became of the parts of revocation lists that waited for a car. */
export interface Delivery {
  /** The car took them. */
  readonly delivered: number;
  /** It had newer ones, or could not use them; this phone has dropped them. */
  readonly refused: number;
  /** Still to be delivered. */
  readonly left: number;
}

/** Revocation lists for the car of a connection, which this phone has a key for. To other cars: relay.ts. */
export type Outbox = ReturnType<typeof openOutbox>;

export const openOutbox = (environment: PhoneEnvironment, connection: CarConnection) => {
  const { suite, store, log } = environment;
  const { car } = connection;
  let entries = car.outbox ?? [];

  const drop = async (answered: readonly Uint8Array[]): Promise<void> => {
    const left = (before: readonly OutboxEntry[]): readonly OutboxEntry[] =>
      before.filter(({ part }) => !answered.some((each) => suite.equal(each, part)));
    entries = left(entries);
    await store.update(car.name, ({ outbox = [], ...now }) => {
      const rest = left(outbox);
      return { car: rest.length === 0 ? now : { ...now, outbox: rest }, value: undefined };
    });
  };

  /**
   * Delivers what waits, one command for each part.
   * @throws PhoneKeyError as a command does; what was answered before is remembered
   */
  const deliver = async (options: CallOptions): Promise<Delivery> => {
    const answered: Uint8Array[] = [];
    let delivered = 0;
    // A long part does not fit into the first message, beside the proof and perhaps a grant.
    if (entries.length > 0 && !connection.usable) {
      await connection.command({ type: 'status' }, options);
    }
    try {
      for (const { part } of entries) {
        const command = { type: 'deliver', revocationList: part } as const;
        const { outcome } = await connection.command(command, options);
        const done = outcome.type === 'done';
        if (done) delivered += 1;
        const refused = isRefusal(outcome, 'notice-invalid') || isRefusal(outcome, 'own-key');
        if (done || refused) answered.push(part);
      }
    } finally {
      if (answered.length > 0) await drop(answered);
    }
    return { delivered, refused: answered.length - delivered, left: entries.length };
  };

  /**
   * What follows a command on the same link: a question for slot and role, where the end of a pairing was not
   * heard; the time, where the car has lost it and this phone is an owner's; then the revocation lists. The
   * command is done, and nothing of this makes it fail.
   */
  const afterCommand = async (deadline: Deadline): Promise<void> => {
    const tellTime = connection.clockLost && isOwner(car);
    const unconfirmed = car.unconfirmed === true;
    if (!connection.usable || !(unconfirmed || tellTime || entries.length > 0)) return;
    const options = deadline.within(AFTERWARDS_MS);
    options.askedNow();
    try {
      if (unconfirmed) {
        const answer = await connection.command({ type: 'listKeys' }, options);
        await reconcilePairing(environment, car, answer);
      }
      const seconds = wallSeconds(environment);
      if (tellTime) await connection.command({ type: 'setTime', seconds }, options);
      await deliver(options);
    } catch (error) {
      log.debug('not all was delivered to the car', { error: String(error) });
    }
  };

  return { deliver, afterCommand };
};

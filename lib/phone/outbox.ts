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
export class Outbox {
  readonly #environment: PhoneEnvironment;
  readonly #connection: CarConnection;
  #entries: readonly OutboxEntry[];

  constructor(environment: PhoneEnvironment, connection: CarConnection) {
    this.#environment = environment;
    this.#connection = connection;
    this.#entries = connection.car.outbox ?? [];
  }

  /**
   * Delivers what waits, one command for each part.
   * @throws PhoneKeyError as a command does; what was answered before is remembered
   */
  async deliver(options: CallOptions): Promise<Delivery> {
    const connection = this.#connection;
    const answered: Uint8Array[] = [];
    let delivered = 0;
    // A long part does not fit into the first message, beside the proof and perhaps a grant.
    if (this.#entries.length > 0 && !connection.usable) {
      await connection.command({ type: 'status' }, options);
    }
    try {
      for (const { part } of this.#entries) {
        const { outcome } = await connection.command(
          { type: 'deliver', revocationList: part },
          options,
        );
        const done = outcome.type === 'done';
        if (done) delivered += 1;
        const refused = isRefusal(outcome, 'notice-invalid') || isRefusal(outcome, 'own-key');
        if (done || refused) answered.push(part);
      }
    } finally {
      if (answered.length > 0) await this.#drop(answered);
    }
    return { delivered, refused: answered.length - delivered, left: this.#entries.length };
  }

  /**
   * What follows a command on the same link: a question for slot and role, where the end of a pairing was not
   * heard; the time, where the car has lost it and this phone is an owner's; then the revocation lists. The
   * command is done, and nothing of this makes it fail.
   */
  async afterCommand(deadline: Deadline): Promise<void> {
    const { car, clockLost, usable } = this.#connection;
    const tellTime = clockLost && isOwner(car);
    const unconfirmed = car.unconfirmed === true;
    if (!usable || !(unconfirmed || tellTime || this.#entries.length > 0)) return;
    const options = deadline.within(AFTERWARDS_MS);
    try {
      if (unconfirmed) {
        const answer = await this.#connection.command({ type: 'listKeys' }, options);
        await reconcilePairing(this.#environment, car, answer);
      }
      const seconds = wallSeconds(this.#environment);
      if (tellTime) await this.#connection.command({ type: 'setTime', seconds }, options);
      await this.deliver(options);
    } catch (error) {
      this.#environment.log.debug('not all was delivered to the car', { error: String(error) });
    }
  }

  async #drop(answered: readonly Uint8Array[]): Promise<void> {
    const { suite, store } = this.#environment;
    const left = (entries: readonly OutboxEntry[]): readonly OutboxEntry[] =>
      entries.filter(({ part }) => !answered.some((each) => suite.equal(each, part)));
    this.#entries = left(this.#entries);
    await store.update(this.#connection.car.name, ({ outbox = [], ...now }) => {
      const rest = left(outbox);
      return { car: rest.length === 0 ? now : { ...now, outbox: rest }, value: undefined };
    });
  }
}

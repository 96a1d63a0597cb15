import { isRevocationListFor } from '../credentials/revocation-list.js';
import { parseUri } from '../credentials/uri.js';
import { PhoneKeyError } from '../errors.js';
import { addToOutbox } from './outbox-entries.js';
import { Deadline } from './deadline.js';
import type { CallOptions } from './deadline.js';
import type { PhoneEnvironment } from './environment.js';
import { hearCars, overLink } from './finder.js';
import type { HeardCar } from './finder.js';
import { invalid } from './choose.js';
import type { Delivery } from './outbox.js';
import type { PairedCar } from './store.js';

/** How long cars in range are listened for, in milliseconds. */
const LISTEN_MS = 2_000;
/** What one car may take of the time, in milliseconds: a challenge, the part, the next challenge. */
const ONE_CAR_MS = 5_000;

/** Of `relay`. */
export interface RelayOptions extends CallOptions {
  /** The radio's id (`SeenCar.id`) of the only car to hand them to, of those this phone has no key for. */
  readonly id?: string | undefined;
}

/** What became of revocation lists that were to be relayed. */
export interface Relayed {
  /** Names of cars of this phone that took them all. */
  readonly delivered: readonly string[];
  /** Names of cars of this phone that had newer ones. */
  readonly refused: readonly string[];
  /** Names of cars of this phone that are to get them with the next command. */
  readonly waiting: readonly string[];
  /** The radio's ids of other cars; only they know whether it was for one of them. */
  readonly handedTo: readonly string[];
}

/**
 * Relays revocation lists to cars this phone has a key for, and to strangers' cars: see `PhoneKey.relay`.
 * @param deliver empties the outbox of a car of its own, in a session with it
 */
export const relay = async (
  environment: PhoneEnvironment,
  uris: readonly string[],
  options: RelayOptions,
  deliver: (car: PairedCar, deadline: Deadline) => Promise<Delivery>,
): Promise<Relayed> => {
  const { suite, store, log } = environment;
  const deadline = Deadline.of(environment.clock, options);
  const all = revocationListsIn(uris);
  const foreign = new Set(all);
  const cars = await store.list();
  const taken: (readonly [PairedCar, readonly Uint8Array[]])[] = [];
  for (const { name, carPublicKey } of cars) {
    const revocationLists = all.filter((revocationList) =>
      isRevocationListFor(suite, carPublicKey, revocationList),
    );
    if (revocationLists.length === 0) continue;
    taken.push([await addToOutbox(environment, name, revocationLists), revocationLists]);
    for (const revocationList of revocationLists) foreign.delete(revocationList);
  }
  const relayed = { delivered: [] as string[], refused: [] as string[], waiting: [] as string[] };
  for (const [car, revocationLists] of taken) {
    try {
      const { refused, left, refusal } = await deliver(car, deadline);
      relayed[
        left > 0 && refusal === undefined ? 'waiting' : refused > 0 ? 'refused' : 'delivered'
      ].push(car.name);
    } catch (error) {
      deadline.check();
      log.debug('not delivered yet', { car: car.name, error: String(error) });
      // The key of this phone may be the one that a revocation list is about.
      if (error instanceof PhoneKeyError && error.code === 'car.not-recognised')
        for (const revocationList of revocationLists) foreign.add(revocationList);
      else relayed.waiting.push(car.name);
    }
  }
  if (foreign.size === 0) return { ...relayed, handedTo: [] };
  const { id } = options;
  const wants = ({ id: heard, dialect }: HeardCar): boolean =>
    dialect.relay !== undefined && (id === undefined || heard === id);
  const first = id !== undefined;
  const near = await hearCars(environment, cars, { wants, notFound, first }, deadline, LISTEN_MS);
  return { ...relayed, handedTo: await relayToCars(environment, near, [...foreign], deadline) };
};

const notFound = (): PhoneKeyError => new PhoneKeyError('car.not-found', 'no car was heard');

/** @throws PhoneKeyError `usage.invalid` for what is no revocation list */
const revocationListsIn = (uris: readonly string[]): readonly Uint8Array[] => {
  if (uris.length === 0) throw invalid('no revocation list was given');
  return uris.map((text) => {
    const uri = parseUri(text);
    if (uri.what === 'revocation-list') return uri.revocationList;
    throw invalid(
      `that is a ${uri.what}, not a revocation list`,
      'It is what an owner has signed who revokes or suspends a key.',
    );
  });
};

/**
 * To whatever phonekey cars are in range, because only a car can tell whether one is for it, and it does
 * not say.
 * @returns the radio's ids of the cars that every revocation list was handed to
 * @throws PhoneKeyError `car.not-found`; what went wrong with the last car, where none could be reached
 */
const relayToCars = async (
  environment: PhoneEnvironment,
  near: readonly HeardCar[],
  revocationLists: readonly Uint8Array[],
  whole: Deadline,
): Promise<readonly string[]> => {
  const handed: string[] = [];
  let failure: unknown = notFound();
  for (const seen of near) {
    const deadline = whole.within(ONE_CAR_MS * revocationLists.length);
    try {
      for (const revocationList of revocationLists) {
        await overLink(environment, seen, deadline, async (link) =>
          seen.dialect.relay?.(link, revocationList, environment, deadline),
        );
      }
      handed.push(seen.id);
    } catch (error) {
      whole.check();
      failure = error;
    }
  }
  if (handed.length === 0) throw failure;
  return handed;
};

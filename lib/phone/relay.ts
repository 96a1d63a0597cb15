import { isNoticeFor } from '../credentials/notice.js';
import { parseUri } from '../credentials/uri.js';
import { PhoneKeyError } from '../errors.js';
import { takeAlong } from './carried.js';
import { Deadline } from './deadline.js';
import type { CallOptions } from './deadline.js';
import type { PhoneEnvironment } from './environment.js';
import { hearCars, overLink } from './finder.js';
import type { SeenCar } from './finder.js';
import { invalid } from './invalid.js';
import type { Delivery } from './outbox.js';
import type { PairedCar } from './store.js';

/** How long cars in range are listened for, in milliseconds. */
const LISTEN_MS = 2_000;
/** What one car may take of the time, in milliseconds: a challenge, the notice, the next challenge. */
const ONE_CAR_MS = 5_000;

export interface CarryOptions extends CallOptions {
  /** The radio's id (`SeenCar.id`) of the only car to hand them to, of those this phone has no key for. */
  readonly id?: string | undefined;
}

/** What became of notices that were to be carried. */
export interface Carried {
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
 * Carries notices to cars this phone has a key for, and to strangers' cars: see `PhoneKey.carry`.
 * @param deliver what this phone carries for a car of its own, in a session with it
 */
export const carry = async (
  environment: PhoneEnvironment,
  uris: readonly string[],
  options: CarryOptions,
  deliver: (car: PairedCar, deadline: Deadline) => Promise<Delivery>,
): Promise<Carried> => {
  const { suite, store, log } = environment;
  const deadline = Deadline.of(environment.clock, options);
  const all = noticesIn(uris);
  const foreign = new Set(all);
  const cars = await store.list();
  const taken: (readonly [PairedCar, readonly Uint8Array[]])[] = [];
  for (const { name, carPublicKey } of cars) {
    const notices = all.filter((notice) => isNoticeFor(suite, carPublicKey, notice));
    if (notices.length === 0) continue;
    taken.push([await takeAlong(environment, name, notices), notices]);
    for (const notice of notices) foreign.delete(notice);
  }
  const carried = { delivered: [] as string[], refused: [] as string[], waiting: [] as string[] };
  for (const [car, notices] of taken) {
    try {
      const { refused, left } = await deliver(car, deadline);
      carried[left > 0 ? 'waiting' : refused > 0 ? 'refused' : 'delivered'].push(car.name);
    } catch (error) {
      deadline.check();
      log.debug('not delivered yet', { car: car.name, error: String(error) });
      // The key of this phone may be the one that a notice is about.
      if (isStranger(error)) for (const notice of notices) foreign.add(notice);
      else carried.waiting.push(car.name);
    }
  }
  if (foreign.size === 0) return { ...carried, handedTo: [] };
  const { id } = options;
  const wants = ({ id: heard, dialect }: SeenCar): boolean =>
    dialect.relay !== undefined && (id === undefined || heard === id);
  const first = id !== undefined;
  const near = await hearCars(environment, cars, { wants, notFound, first }, deadline, LISTEN_MS);
  return { ...carried, handedTo: await handOver(environment, near, [...foreign], deadline) };
};

const notFound = (): PhoneKeyError => new PhoneKeyError('car.not-found', 'no car was heard');

const isStranger = (error: unknown): boolean =>
  error instanceof PhoneKeyError && error.code === 'car.not-recognised';

/** @throws PhoneKeyError `usage.invalid` for what is no notice */
const noticesIn = (uris: readonly string[]): readonly Uint8Array[] => {
  if (uris.length === 0) throw invalid('no notice was given');
  return uris.map((text) => {
    const uri = parseUri(text);
    if (uri.what === 'notice') return uri.notice;
    throw invalid(
      `that is a ${uri.what}, not a notice`,
      'Notices come from key revoke, key suspend, key resume and key stamp.',
    );
  });
};

/**
 * To whatever phonekey cars are in range, because only a car can tell whether one is for it, and it does
 * not say.
 * @returns the radio's ids of the cars that every notice was handed to
 * @throws PhoneKeyError `car.not-found`; what went wrong with the last car, where none could be reached
 */
const handOver = async (
  environment: PhoneEnvironment,
  near: readonly SeenCar[],
  notices: readonly Uint8Array[],
  whole: Deadline,
): Promise<readonly string[]> => {
  const handed: string[] = [];
  let failure: unknown = notFound();
  for (const seen of near) {
    const deadline = whole.within(ONE_CAR_MS * notices.length);
    try {
      for (const notice of notices) {
        await overLink(environment, seen, deadline, async (link) =>
          seen.dialect.relay?.(link, notice, environment, deadline),
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

import { isNoticeFor } from '../credentials/notice.js';
import type { Suite } from '../crypto/suite.js';
import { isRefusal } from '../domain/outcomes.js';
import type { CarConnection } from '../native/phone/connection.js';
import { isOwner } from './choose.js';
import { wallSeconds } from './environment.js';
import type { CallOptions, Deadline, PhoneEnvironment } from './environment.js';
import type { CarriedNotice, CarStore } from './store.js';

/** Notices on their way to a car this phone has a key for. To other cars: handing-over.ts. */

/** A phone carries no more than this for one car: 8 of its own, and those of others. */
export const MOST_CARRIED = 32;

/** How long a command that is done may be followed by what the car should hear besides, in milliseconds. */
const AFTERWARDS_MS = 3_000;

/** What became of the notices that were carried for a car. */
export interface Delivery {
  /** The car took them. */
  readonly delivered: number;
  /** It had newer ones, or could not use them; this phone carries them no more. */
  readonly refused: number;
  /** Still to be delivered. */
  readonly left: number;
}

/** The parts of a new notice instead of those of the one before. */
export const ownFirst = (
  parts: readonly Uint8Array[],
  carrying: readonly CarriedNotice[],
): readonly CarriedNotice[] => {
  const own = parts.map((notice) => ({ notice, own: true }));
  const others = carrying.filter((each) => !each.own);
  return [...own, ...others.slice(-(MOST_CARRIED - own.length))];
};

/** Another's notice; where there is no room, the oldest of others' goes. */
const withAnother = (
  suite: Suite,
  notice: Uint8Array,
  carrying: readonly CarriedNotice[],
): readonly CarriedNotice[] => {
  if (carrying.some((each) => suite.equal(each.notice, notice))) return carrying;
  const own = carrying.filter((each) => each.own);
  const others = carrying.filter((each) => !each.own);
  return [...own, ...[...others, { notice, own: false }].slice(-(MOST_CARRIED - own.length))];
};

/** Notices for one car, by its name. */
export interface TakenAlong {
  readonly name: string;
  readonly notices: readonly Uint8Array[];
}

/** Remembers notices for the cars of this phone that they are for; gives what is for others. */
export const takeAlong = async (
  { suite, store }: Pick<PhoneEnvironment, 'suite' | 'store'>,
  all: readonly Uint8Array[],
): Promise<{ readonly known: readonly TakenAlong[]; readonly foreign: readonly Uint8Array[] }> => {
  const known: TakenAlong[] = [];
  for (const { name, carPublicKey } of await store.list()) {
    const notices = all.filter((notice) => isNoticeFor(suite, carPublicKey, notice));
    if (notices.length === 0) continue;
    await store.update(name, (car) => ({
      ...car,
      carrying: notices.reduce(
        (carrying, notice) => withAnother(suite, notice, carrying),
        car.carrying ?? [],
      ),
    }));
    known.push({ name, notices });
  }
  const foreign = all.filter((notice) => !known.some(({ notices }) => notices.includes(notice)));
  return { known, foreign };
};

/**
 * Delivers what is carried for the car of a connection, one command for each.
 * @throws PhoneKeyError as a command does; what was answered before is remembered
 */
export const deliverCarried = async (
  { suite, store }: Pick<PhoneEnvironment, 'suite' | 'store'>,
  connection: CarConnection,
  options: CallOptions,
): Promise<Delivery> => {
  const { name } = connection.car;
  const cars = await store.list();
  const carrying = cars.find((car) => car.name === name)?.carrying ?? [];
  const answered: Uint8Array[] = [];
  let delivered = 0;
  // A long notice does not fit into the first message, beside the proof and perhaps a grant.
  if (carrying.length > 0 && !connection.usable) {
    await connection.command({ type: 'status' }, options);
  }
  try {
    for (const { notice } of carrying) {
      const { outcome } = await connection.command({ type: 'deliver', notice }, options);
      const done = outcome.type === 'done';
      if (done) delivered += 1;
      if (done || isRefusal(outcome, 'notice-invalid')) answered.push(notice);
    }
  } finally {
    if (answered.length > 0) await drop(suite, store, name, answered);
  }
  const refused = answered.length - delivered;
  return { delivered, refused, left: carrying.length - answered.length };
};

const drop = async (
  suite: Suite,
  store: CarStore,
  name: string,
  answered: readonly Uint8Array[],
): Promise<void> => {
  await store.update(name, ({ carrying = [], ...car }) => {
    const left = carrying.filter(
      ({ notice }) => !answered.some((each) => suite.equal(each, notice)),
    );
    return left.length === 0 ? car : { ...car, carrying: left };
  });
};

/**
 * What follows a command on the same link: the time, where the car has lost it and this phone is an
 * owner's; then the notices. The command is done, and nothing of this makes it fail.
 */
export const afterCommand = async (
  environment: PhoneEnvironment,
  connection: CarConnection,
  deadline: Deadline,
): Promise<void> => {
  const { car, clockLost } = connection;
  const tellTime = clockLost && isOwner(car);
  if (!connection.usable || (!tellTime && (car.carrying ?? []).length === 0)) return;
  const options = {
    timeoutMs: Math.min(AFTERWARDS_MS, deadline.leftMs),
    signal: deadline.signal,
  };
  try {
    const seconds = wallSeconds(environment);
    if (tellTime) await connection.command({ type: 'setTime', seconds }, options);
    await deliverCarried(environment, connection, options);
  } catch (error) {
    environment.log.debug('not all was delivered to the car', { error: String(error) });
  }
};

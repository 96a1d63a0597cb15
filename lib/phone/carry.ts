import { parseUri } from '../credentials/uri.js';
import { PhoneKeyError } from '../errors.js';
import type { CarChannel } from '../native/phone/car-channel.js';
import { takeAlong } from './carrying.js';
import type { Delivery } from './carrying.js';
import { Deadline } from './environment.js';
import type { CallOptions, PhoneEnvironment } from './environment.js';
import type { SeenCar } from './finder.js';
import { handOver } from './handing-over.js';

export interface CarryOptions extends CallOptions {
  /** The radio's id (`SeenCar.id`) of the only car to hand them to, of those this phone has no key for. */
  readonly id?: string;
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

/** How a car is reached: in a session with this phone's key for it, or without any. */
export interface Ways {
  readonly deliver: (car: string, options: CallOptions) => Promise<Delivery>;
  readonly open: (seen: SeenCar, deadline: Deadline) => Promise<CarChannel>;
}

/** Carries notices to cars this phone has a key for, and to strangers' cars: see `PhoneKey.carry`. */
export const carry = async (
  environment: PhoneEnvironment,
  { deliver, open }: Ways,
  uris: readonly string[],
  options: CarryOptions,
): Promise<Carried> => {
  const deadline = new Deadline(environment.clock, options);
  const rest = (): CallOptions => ({ timeoutMs: deadline.leftMs, signal: deadline.signal });
  const { known, foreign } = await takeAlong(environment, noticesIn(uris));
  const carried = { delivered: [] as string[], refused: [] as string[], waiting: [] as string[] };
  const unheard = [...foreign];
  for (const { name, notices } of known) {
    try {
      const { refused, left } = await deliver(name, rest());
      carried[left > 0 ? 'waiting' : refused > 0 ? 'refused' : 'delivered'].push(name);
    } catch (error) {
      deadline.check();
      environment.log.debug('not delivered yet', { car: name, error: String(error) });
      // The key of this phone may be the one that a notice is about.
      if (isStranger(error)) unheard.push(...notices);
      else carried.waiting.push(name);
    }
  }
  if (unheard.length === 0) return { ...carried, handedTo: [] };
  const { id } = options;
  const handedTo = await handOver(environment, { notices: unheard, id, open }, rest());
  return { ...carried, handedTo };
};

const isStranger = (error: unknown): boolean =>
  error instanceof PhoneKeyError && error.code === 'car.not-recognised';

/** @throws PhoneKeyError `usage.invalid` for what is no notice */
const noticesIn = (uris: readonly string[]): readonly Uint8Array[] => {
  if (uris.length === 0) throw new PhoneKeyError('usage.invalid', 'no notice was given');
  return uris.map((text) => {
    const uri = parseUri(text);
    if (uri.what === 'notice') return uri.notice;
    throw new PhoneKeyError('usage.invalid', `that is a ${uri.what}, not a notice`, {
      hint: 'Notices come from key revoke, key suspend, key resume and key stamp.',
    });
  });
};

import type { Role } from '../lib/domain/roles.js';
import { sameBytes } from '../lib/platform/bytes.js';
import { MOST_PIN_TRIES } from './memory/rights-record.js';
import type { PinRecord, PinTries } from './memory/rights-record.js';

/** What the tries of the PIN come to: plain functions. What they give is committed before it is acted on (pin-lock.ts). */

export type PinRefusal = 'pin-needed' | 'pin-wrong' | 'pin-locked';

/** So many tries are free; each further one waits twice as long as the one before. */
const FREE_TRIES = 3;
const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 3_600_000;

export const NO_TRIES: PinTries = { owners: 0, others: 0 };

/** When each of them tried last, in milliseconds on the monotonic clock: not in the memory. */
export type LastTries = Readonly<Record<keyof PinTries, number>>;

/** A try that is counted, and may be looked at. */
export interface CountedTry {
  readonly pin: PinRecord;
  readonly lastTries: LastTries;
}

/** Owners have a count of their own, so that nobody else's wrong tries keep them waiting. */
export const triesOf = ({ role }: { readonly role: Role }): keyof PinTries =>
  role === 'owner' ? 'owners' : 'others';

/** Power is back. Nobody knows for how long it was away: the whole wait begins again. */
export const beginTries = (now: number): LastTries => ({ owners: now, others: now });

/** Milliseconds from the last try to the next, after so many. */
export const waitAfter = (tries: number): number =>
  tries < FREE_TRIES ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - FREE_TRIES));

/**
 * Counts a try, before it is looked at: a power cut gives none back.
 * @param typed whether there is a PIN with it
 * @returns why it is not looked at, where it is not
 */
export const countTry = (
  pin: PinRecord,
  lastTries: LastTries,
  who: keyof PinTries,
  typed: boolean,
  now: number,
): CountedTry | PinRefusal => {
  if (!typed) return 'pin-needed';
  const made = pin.tries[who];
  if (now < lastTries[who] + waitAfter(made)) return 'pin-locked';
  const tries = { ...pin.tries, [who]: Math.min(MOST_PIN_TRIES, made + 1) };
  return { pin: { ...pin, tries }, lastTries: { ...lastTries, [who]: now } };
};

/** What came of a counted try. A right one of an owner clears all, another's is only not counted. */
export const concludeTry = (
  pin: PinRecord,
  counted: PinRecord,
  who: keyof PinTries,
  right: boolean,
): { readonly pin: PinRecord; readonly refusal: PinRefusal | undefined } => {
  // One that was right for another PIN, which was there before, is not for this one.
  if (!right || !sameBytes(pin.salt, counted.salt)) return { pin, refusal: 'pin-wrong' };
  const others = Math.max(0, pin.tries.others - 1);
  const tries = who === 'owners' ? NO_TRIES : { ...pin.tries, others };
  return { pin: withTries(pin, tries), refusal: undefined };
};

/** The same record where nothing changes, which need not be committed. */
export const withTries = (pin: PinRecord, tries: PinTries): PinRecord =>
  tries.owners === pin.tries.owners && tries.others === pin.tries.others ? pin : { ...pin, tries };

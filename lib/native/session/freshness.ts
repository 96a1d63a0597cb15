import type { CommandName } from '../../domain/commands.js';
import { AT_ANY_TIME } from '../commands.js';

/** How old a word of the car may be that something acts by, on both sides (docs/PROTOCOL.md, section 5). Plain functions. */

/**
 * How long a word of the car, a challenge or a result, may be answered by what acts: in milliseconds on its
 * monotonic clock, from when it was handed to the radio.
 */
export const WORD_LIFETIME_MS = 5_000;

/** A word this old, in milliseconds, may have expired when what answers it arrives. */
const STALE_MS = 4_000;

/** How often a fresh word is asked for, and how often what came too late is sent again. */
const MOST_AGAIN = 2;

/** For the car, by when it said its word. */
export const isFresh = (wordAt: number, now: number): boolean => now - wordAt < WORD_LIFETIME_MS;

/** For the car: whether it carries this out now, or says that it came too late. What nobody knows does nothing. */
export const isInTime = (command: CommandName | undefined, wordAt: number, now: number): boolean =>
  command === undefined || AT_ANY_TIME.has(command) || isFresh(wordAt, now);

/** For the phone, by when it sent what the word answers: the word is no older. */
export const isStale = (since: number, now: number): boolean => now - since >= STALE_MS;

/** How far a phone has got with a command that acts, in a session. */
export interface Attempt {
  /** How often it was sent, and came too late. */
  readonly sent: number;
  /** How often a fresh word was asked for since. */
  readonly asked: number;
}

export const FIRST_ATTEMPT: Attempt = { sent: 0, asked: 0 };

/**
 * What the phone does next: drops the wish, asks for a fresh word (safety does not rest on that), or sends.
 * @param stale whether the last word may be too old
 * @param wishMs for how long the person's wish stands yet
 */
export const nextMove = (
  { asked }: Attempt,
  stale: boolean,
  wishMs: number,
): 'drop' | 'ask' | 'send' => {
  if (wishMs <= 0) return 'drop';
  return stale && asked < MOST_AGAIN ? 'ask' : 'send';
};

export const afterAsking = ({ sent, asked }: Attempt): Attempt => ({ sent, asked: asked + 1 });

/** Undefined: it is not sent again. */
export const afterTooLate = ({ sent }: Attempt): Attempt | undefined =>
  sent < MOST_AGAIN ? { sent: sent + 1, asked: 0 } : undefined;

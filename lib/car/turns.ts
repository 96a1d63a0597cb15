import type { Clock } from '../platform/clock.js';

/** How long a key may have a link that others may want, in milliseconds. */
export const TURN_MS = 30_000;
/** Who has had it and comes back at once is turned away for so long, in milliseconds. */
export const TURNED_AWAY_MS = 30_000;
/** Who stays away for so long, in milliseconds, begins a new turn: others have had the time to connect. */
export const AWAY_MS = 5_000;
/** A shorter session, in milliseconds, keeps nobody out and counts nothing; a turn has no shorter rest. */
export const SHORT_MS = 2_500;
/** More than there are key slots. */
const MOST_TURNS = 64;

interface Turn {
  readonly usedMs: number;
  /** When its last session ended, or it was turned away last; undefined: it has a link. */
  readonly leftAt: number | undefined;
  /** When the turn was used up; undefined: it is not. */
  readonly overAt: number | undefined;
}

/**
 * Whose turn it is at a car that has one link, or a few: the sessions of one key add up to TURN_MS, and then
 * it is for others to come in. A phone that is alone there loses no more than the few seconds that it stays
 * away (docs/PROTOCOL.md, section 5).
 */
export class Turns {
  readonly #clock: Clock;
  /** By who answers for the key; those that left last are last. */
  readonly #turns = new Map<string, Turn>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What is left of this one's turn, in milliseconds: 0 where others are next. */
  leftMs(who: string): number {
    const leftMs = TURN_MS - (this.#turn(who)?.usedMs ?? 0);
    return leftMs < SHORT_MS ? 0 : leftMs;
  }

  /** It has a link now. */
  begin(who: string): void {
    const { usedMs = 0, overAt } = this.#turn(who) ?? {};
    this.#set(who, { usedMs, overAt, leftAt: undefined });
  }

  /** It had a link for so long, in milliseconds, or was turned away (0). */
  end(who: string, ms: number): void {
    const before = this.#turn(who);
    const usedMs = (before?.usedMs ?? 0) + (ms < SHORT_MS ? 0 : ms);
    const now = this.#clock.now();
    const overAt = TURN_MS - usedMs < SHORT_MS ? (before?.overAt ?? now) : undefined;
    this.#set(who, { usedMs, overAt, leftAt: now });
  }

  /** Undefined where it begins anew. */
  #turn(who: string): Turn | undefined {
    const turn = this.#turns.get(who);
    if (turn === undefined) return undefined;
    const now = this.#clock.now();
    const { leftAt = now, overAt = now } = turn;
    return now - leftAt < AWAY_MS && now - overAt < TURNED_AWAY_MS ? turn : undefined;
  }

  #set(who: string, turn: Turn): void {
    this.#turns.delete(who);
    this.#turns.set(who, turn);
    const oldest = this.#turns.keys().next();
    if (this.#turns.size > MOST_TURNS && oldest.done !== true) this.#turns.delete(oldest.value);
  }
}

import type { Clock } from '../platform/clock.js';

/** At rest: a phone may be slow, or wait for its owner's finger. */
export const MOST_PATIENCE_MS = 10_000;
/** Several times what an honest phone takes. */
export const LEAST_PATIENCE_MS = 2_500;
/** The patience that was lost comes back twofold in each time of this length without a loss. */
const RECOVERY_MS = 30_000;

/**
 * How long somebody may keep a link that he does nothing good with. A car has one link, or a few: whoever
 * takes it again and again keeps others out. Each time that somebody used LEAST_PATIENCE_MS or more, the
 * next one gets half as long as he did. It goes by the car and not by who it was, because a stranger has as
 * many addresses as he likes.
 */
export class Patience {
  readonly #clock: Clock;
  #ms = MOST_PATIENCE_MS;
  #lostAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** For whoever comes now, in milliseconds. */
  get ms(): number {
    const recovered = Math.floor((this.#clock.now() - this.#lostAt) / RECOVERY_MS);
    return Math.min(MOST_PATIENCE_MS, this.#ms * 2 ** recovered);
  }

  /** Somebody was waited for so long, in milliseconds, in vain or not. */
  waited(ms: number): void {
    if (ms < LEAST_PATIENCE_MS) return;
    this.#ms = Math.max(LEAST_PATIENCE_MS, this.ms / 2);
    this.#lostAt = this.#clock.now();
  }
}

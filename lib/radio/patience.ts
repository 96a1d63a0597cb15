import type { Clock } from '../platform/clock.js';

/** At rest, from the connection to the proof: a challenge is good for 5 s, and one refusal is answered. */
export const MOST_PATIENCE_MS = 6_000;
/** Three times what a phone takes at an interval of 7.5 ms on the worst link that still carries; at 30 ms, one that knows the car. */
export const LEAST_PATIENCE_MS = 500;
/** The patience that was lost comes back twofold in each time of this length without a loss. */
const RECOVERY_MS = 30_000;
/** Addresses that are remembered: strangers have as many as they like. */
const MOST_PEERS = 64;

/**
 * How long somebody may keep a link without a proof. A car has one link, or a few: whoever takes it again
 * and again keeps others out. Each time that somebody used LEAST_PATIENCE_MS or more, the next one gets
 * half as long as he did. It goes by the car and not by who it was, because a stranger has as many
 * addresses as he likes; who does come back under the same one gets half of that.
 */
export class Patience {
  readonly #clock: Clock;
  #ms = MOST_PATIENCE_MS;
  #lostAt = 0;
  /** Those with whom it was lost, the last one last, and when. */
  readonly #lostWith = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** For whoever comes now, in milliseconds. */
  get ms(): number {
    const recovered = Math.floor((this.#clock.now() - this.#lostAt) / RECOVERY_MS);
    return Math.min(MOST_PATIENCE_MS, this.#ms * 2 ** recovered);
  }

  /** Somebody has connected. @param peer its address, where the radio knows it */
  begin(peer?: string): Trial {
    const lostAt = peer === undefined ? undefined : this.#lostWith.get(peer);
    const known = lostAt !== undefined && this.#clock.now() - lostAt < RECOVERY_MS;
    return new Trial(this.#clock, known ? this.ms / 2 : this.ms, () => {
      this.#lose(peer);
    });
  }

  #lose(peer: string | undefined): void {
    const now = this.#clock.now();
    this.#ms = Math.max(LEAST_PATIENCE_MS, this.ms / 2);
    this.#lostAt = now;
    if (peer === undefined) return;
    this.#lostWith.delete(peer);
    this.#lostWith.set(peer, now);
    const oldest = this.#lostWith.keys().next();
    if (this.#lostWith.size > MOST_PEERS && oldest.done !== true)
      this.#lostWith.delete(oldest.value);
  }
}

/** The time that one connection has for its proof. */
export class Trial {
  readonly #clock: Clock;
  readonly #since: number;
  readonly #ms: number;
  readonly #onLoss: () => void;
  #proved = false;
  #lost = false;

  constructor(clock: Clock, ms: number, onLoss: () => void) {
    this.#clock = clock;
    this.#since = clock.now();
    this.#ms = ms;
    this.#onLoss = onLoss;
  }

  /** In milliseconds; as much as there can be for a phone that has proved itself. */
  get leftMs(): number {
    if (this.#proved) return MOST_PATIENCE_MS;
    return Math.max(0, this.#since + this.#ms - this.#clock.now());
  }

  /** The phone has proved itself, however long that took. */
  proved(): void {
    this.#proved = true;
  }

  /** It is over without a proof, or after one. */
  over(): void {
    const used = this.#clock.now() - this.#since;
    if (this.#proved || this.#lost || used < Math.min(LEAST_PATIENCE_MS, this.#ms)) return;
    this.#lost = true;
    this.#onLoss();
  }
}

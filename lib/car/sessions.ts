import { fingerprint } from '../credentials/key-slot.js';
import type { KeySlot } from '../credentials/key-slot.js';
import type { Suite } from '../crypto/suite.js';
import { toHex } from '../platform/bytes.js';
import type { Cancel, Clock } from '../platform/clock.js';
import type { CarLink } from './dialect.js';
import { Turns } from './turns.js';

/** Who has a link of the car. */
export interface LinkHolder {
  /** Undefined: nobody knows yet; it has proved nothing. */
  readonly key: KeySlot | undefined;
  /** In milliseconds, since it has the link or, with a key, since that has proved itself. */
  readonly heldMs: number;
}

interface Session {
  readonly key: KeySlot;
  readonly who: string;
  /** When its turn is over. */
  readonly overAt: number;
  readonly stop: Cancel;
  /** It was told that its turn is over. */
  ending: boolean;
}

interface Held {
  readonly since: number;
  readonly session?: Session;
}

/**
 * The links of a car and who has them. When all are in use, the session ends whose turn is over longest:
 * with one link that is each session after TURN_MS, with several none as long as a link is free.
 */
export class Sessions {
  readonly #clock: Clock;
  readonly #suite: Suite;
  readonly #mostLinks: number;
  readonly #turns: Turns;
  readonly #links = new Map<CarLink, Held>();

  /** @param mostLinks how many phones the radio serves at one time */
  constructor(clock: Clock, suite: Suite, mostLinks: number) {
    this.#clock = clock;
    this.#suite = suite;
    this.#mostLinks = mostLinks;
    this.#turns = new Turns(clock);
  }

  links(): readonly CarLink[] {
    return [...this.#links.keys()];
  }

  /** Those who have a link, in the order in which they came. */
  holders(): readonly LinkHolder[] {
    const now = this.#clock.now();
    return [...this.#links.values()].map(({ since, session }) => ({
      key: session?.key,
      heldMs: now - since,
    }));
  }

  add(link: CarLink): void {
    this.#links.set(link, { since: this.#clock.now() });
  }

  /** A key has proved itself on this link. */
  begin(link: CarLink, key: KeySlot): void {
    if (this.#links.get(link)?.session !== undefined) return;
    const now = this.#clock.now();
    const who = this.#answersFor(key);
    const leftMs = this.#turns.leftMs(who);
    this.#turns.begin(who);
    const stop = this.#clock.after(leftMs, () => {
      this.#makeRoom();
    });
    const session = { key, who, overAt: now + leftMs, stop, ending: false };
    this.#links.set(link, { since: now, session });
    // Not before the proof: who has had his turn, and comes back, ends nobody's.
    this.#makeRoom();
  }

  /** The link is gone; gives the key that had it. */
  remove(link: CarLink): KeySlot | undefined {
    const held = this.#links.get(link);
    this.#links.delete(link);
    if (held?.session === undefined) return undefined;
    const { session, since } = held;
    session.stop();
    this.#turns.end(session.who, this.#clock.now() - since);
    return session.key;
  }

  /** Whether a key that has proved itself may stay: not where it has had its turn and this is the last link. */
  admits(key: KeySlot): boolean {
    const who = this.#answersFor(key);
    if (!this.#full || this.#turns.leftMs(who) > 0) return true;
    this.#turns.end(who, 0);
    return false;
  }

  get #full(): boolean {
    const ending = [...this.#links.values()].filter(({ session }) => session?.ending === true);
    return this.#links.size - ending.length >= this.#mostLinks;
  }

  #makeRoom(): void {
    if (!this.#full) return;
    const now = this.#clock.now();
    let next: { readonly link: CarLink; readonly session: Session } | undefined;
    for (const [link, { session }] of this.#links) {
      if (session === undefined || session.ending || session.overAt > now) continue;
      if (next === undefined || session.overAt < next.session.overAt) next = { link, session };
    }
    if (next === undefined) return;
    next.session.ending = true;
    next.link.turnOver();
  }

  /** Of keys with a grant, the guest on whom their chain hangs: handing a key on gives nobody more time. */
  #answersFor({ publicKey, grant }: KeySlot): string {
    return toHex(grant?.path[0]?.fingerprint ?? fingerprint(this.#suite, publicKey));
  }
}

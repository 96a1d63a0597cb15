import { HostilePhone, junkProof } from '../../../lab/hostile-phone.js';
import type { SimClock } from '../../../lib/platform/sim-clock.js';
import { systemRandom } from '../../../lib/platform/random.js';
import { LEAST_PATIENCE_MS } from '../../../lib/radio/patience.js';
import type { Advertisement, Central, CentralLink } from '../../../lib/radio/types.js';
import { concat } from '../../../lib/platform/bytes.js';
import { frame } from '../../../lib/link/message-link.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { nativeScan } from '../../../lib/native/advertisement.js';

/** What somebody does on the car's link, who wants it for himself and has no key. */
export const HABITS = [
  'does not subscribe',
  'says nothing',
  'subscribes late and says nothing',
  'says a byte a second',
  'says junk',
] as const;
export type Habit = (typeof HABITS)[number];

export const isHabit = (name: string): name is Habit => HABITS.some((habit) => habit === name);

const JUNK = junkProof(systemRandom);
/** So long he waits for the link. */
const PATIENT_MS = 3_600_000;
const JUNK_EVERY_MS = 300;
const BYTE_EVERY_MS = 1000;
/**
 * Just before the car would lose its patience. Not just any time: while it connects, noble listens for 30 of
 * every 60 ms, and where a stranger's links keep step with that the owner misses more advertisements.
 */
const LATE_MS = LEAST_PATIENCE_MS - 390;

/** Takes the link whenever it is to be had, keeps it as long as the car lets him, and comes back at once. */
export class Stranger {
  readonly #central: Central;
  readonly #clock: SimClock;
  readonly #habit: Habit;
  #going = true;
  readonly #leaving = new AbortController();
  /** How long each of his links lasted, in milliseconds, with the time before he subscribed. */
  readonly held: number[] = [];
  readonly done: Promise<void>;

  constructor(central: Central, clock: SimClock, habit: Habit) {
    this.#central = central;
    this.#clock = clock;
    this.#habit = habit;
    this.done = this.#haunt();
  }

  stop(): void {
    this.#going = false;
    this.#leaving.abort();
  }

  async #haunt(): Promise<void> {
    const car = await this.#find();
    while (this.#going && car !== undefined) {
      try {
        const { signal } = this.#leaving;
        const link = await this.#central.connect(car, nativeProfile, {
          timeoutMs: PATIENT_MS,
          signal,
        });
        const since = this.#clock.now();
        await this.#hold(link).finally(() => this.held.push(this.#clock.now() - since));
      } catch {
        // He comes again.
        await this.#wait(10);
      }
    }
  }

  async #find(): Promise<Advertisement | undefined> {
    const heard = new AbortController();
    let car: Advertisement | undefined;
    const signal = AbortSignal.any([heard.signal, this.#leaving.signal]);
    await this.#central.scan(
      [nativeScan],
      (advertisement) => {
        car = advertisement;
        heard.abort();
      },
      signal,
    );
    return car;
  }

  /** Until the car ends it. */
  async #hold(link: CentralLink): Promise<void> {
    let closed: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const leave = (): void => void link.close().then(closed, closed);
    this.#leaving.signal.addEventListener('abort', leave);
    try {
      if (this.#habit === 'does not subscribe') {
        // What comes before the subscription is dropped; it fails when the link is gone.
        while (this.#going) {
          await link.send(Uint8Array.of(0));
          await this.#wait(200);
        }
        return;
      }
      if (this.#habit === 'subscribes late and says nothing') {
        await this.#wait(LATE_MS);
      }
      const phone = new HostilePhone({ clock: this.#clock });
      await phone.open(link, closed);
      this.#talk(phone);
      await ended;
    } finally {
      this.#leaving.signal.removeEventListener('abort', leave);
      await link.close().catch(() => undefined);
    }
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.after(ms, resolve));
  }

  #talk(phone: HostilePhone): void {
    const say = (send: () => Promise<void>, everyMs: number): void => {
      const again = (): void => {
        send().then(
          () => this.#clock.after(everyMs, again),
          () => undefined,
        );
      };
      again();
    };
    if (this.#habit === 'says a byte a second') {
      const [...bytes] = concat(...frame(JUNK, 23));
      say(() => phone.sendChunk(Uint8Array.from(bytes.splice(0, 1))), BYTE_EVERY_MS);
    }
    if (this.#habit === 'says junk') say(() => phone.sendBytes(JUNK), JUNK_EVERY_MS);
  }
}

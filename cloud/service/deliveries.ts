import type { Cancel, Clock } from '../../lib/platform/clock.js';
import type { Logger } from '../../lib/platform/logger.js';
import type { Broker } from '../broker/broker.js';
import type { Store } from '../store/store.js';

/** An object that is not confirmed is sent again after this long, and then less and less often. */
const AGAIN_MS = 30_000;
const MOST_MS = 600_000;

interface Round {
  cancel: Cancel;
  waitMs: number;
  sending: boolean;
  /** Something was left while others were sent. */
  more: boolean;
}

export interface DeliveriesOptions {
  readonly store: Pick<Store, 'objectsForCar'>;
  readonly broker: Pick<Broker, 'toCar'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Gives cars that are online what was left for them, until they have confirmed it. */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #rounds = new Map<string, Round>();

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  /** The car came online, or was left something: sends all that it has not confirmed. */
  begin(car: string): void {
    const round = this.#rounds.get(car) ?? {
      cancel: () => undefined,
      waitMs: AGAIN_MS,
      sending: false,
      more: false,
    };
    round.waitMs = AGAIN_MS;
    round.more = true;
    this.#rounds.set(car, round);
    if (!round.sending) void this.#send(car, round);
  }

  /** The car is away. */
  end(car: string): void {
    this.#rounds.get(car)?.cancel();
    this.#rounds.delete(car);
  }

  close(): void {
    for (const car of [...this.#rounds.keys()]) this.end(car);
  }

  async #send(car: string, round: Round): Promise<void> {
    const { store, broker, clock, log } = this.#options;
    round.cancel();
    round.sending = true;
    let isDone = false;
    try {
      while (round.more) {
        round.more = false;
        const objects = await store.objectsForCar(car);
        isDone = objects.length === 0;
        for (const { id, bytes } of objects) {
          if (this.#rounds.get(car) !== round) return;
          await broker.toCar(car, { type: 'object', object: id, bytes });
        }
      }
    } catch (error) {
      isDone = false;
      log.warn('objects for a car wait', { error: nameOf(error) });
    } finally {
      round.sending = false;
    }
    if (isDone || this.#rounds.get(car) !== round) return;
    round.cancel = clock.after(round.waitMs, () => {
      round.more = true;
      void this.#send(car, round);
    });
    round.waitMs = Math.min(2 * round.waitMs, MOST_MS);
  }
}

/** What may stand in a log of an error: messages of a database have values in them. */
export const nameOf = (error: unknown): string =>
  error instanceof Error ? error.name : typeof error;

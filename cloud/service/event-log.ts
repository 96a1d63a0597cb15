import type { Membership, MemberCar, Store } from '../store/store.js';
import type { CloudEvent } from '../types.js';
import type { EventStream } from './event-stream.js';
import { hex } from './secrets.js';
import type { Random } from '../../lib/platform/random.js';

interface Kept {
  readonly number: number;
  readonly at: string;
  readonly event: CloudEvent;
}

interface Reader {
  readonly account: string;
  readonly stream: EventStream;
  /** The next that it is told. */
  next: number;
  reading: boolean;
  /** What its account is to which cars; undefined: ask again. */
  cars: Promise<ReadonlyMap<string, Membership>> | undefined;
}

export interface EventLogOptions {
  readonly store: Pick<Store, 'carsOf'>;
  readonly most: number;
  readonly random: Random;
  readonly now: () => Date;
}

/** The last events, each of which has a number, and who is told them: those that have to do with the car. */
export class EventLog {
  readonly #options: EventLogOptions;
  /** Numbers begin anew with each start of the service: an id of an earlier one is none of ours. */
  readonly #epoch: string;
  readonly #watchers = new Set<(event: CloudEvent) => void>();
  readonly #readers = new Set<Reader>();
  #kept: Kept[] = [];
  #last = 0;

  constructor(options: EventLogOptions) {
    this.#options = options;
    this.#epoch = hex(options.random(4));
  }

  /** Tells all events from now on. Returns what ends it. */
  watch(listener: (event: CloudEvent) => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  publish(event: CloudEvent): void {
    this.#last++;
    this.#kept.push({ number: this.#last, at: this.#options.now().toISOString(), event });
    if (this.#kept.length > this.#options.most) this.#kept = this.#kept.slice(-this.#options.most);
    for (const watcher of this.#watchers) watcher(event);
    for (const reader of this.#readers) void this.#tell(reader);
  }

  /**
   * Tells an account on its stream, from the one after `lastId` on where that is given. Where some of them are not kept any
   * more, the event `missed` comes first. Returns what ends it.
   */
  read(account: string, stream: EventStream, lastId: string | undefined): () => void {
    const reader: Reader = {
      account,
      stream,
      next: this.#last + 1,
      reading: false,
      cars: undefined,
    };
    if (lastId !== undefined) reader.next = (this.#numberOf(lastId) ?? -1) + 1;
    this.#readers.add(reader);
    void this.#tell(reader);
    return () => this.#readers.delete(reader);
  }

  /** Somebody is something else to a car than before. */
  membershipsChanged(): void {
    for (const reader of this.#readers) reader.cars = undefined;
  }

  #numberOf(id: string): number | undefined {
    const [, epoch, digits] = /^([0-9a-f]{8})-(\d{1,15})$/.exec(id) ?? [];
    const number = Number(digits);
    return epoch === this.#epoch && number <= this.#last ? number : undefined;
  }

  async #tell(reader: Reader): Promise<void> {
    if (reader.reading) return;
    reader.reading = true;
    try {
      for (let kept = this.#nextOf(reader); kept !== undefined; kept = this.#nextOf(reader)) {
        reader.next = kept.number + 1;
        const { type, ...rest } = kept.event;
        if ('car' in rest && !(await this.#mayKnow(reader, type, rest.car))) continue;
        const id = `${this.#epoch}-${String(kept.number)}`;
        reader.stream.send(type, { at: kept.at, ...rest }, id);
      }
    } catch {
      // The store is away: who reads comes again, with the last id that it has.
      reader.stream.end();
    } finally {
      reader.reading = false;
    }
  }

  #nextOf(reader: Reader): Kept | undefined {
    if (!this.#readers.has(reader)) return undefined;
    const first = this.#kept[0]?.number ?? this.#last + 1;
    if (reader.next < first) {
      reader.stream.send('missed', {});
      reader.next = first;
    }
    return this.#kept[reader.next - first];
  }

  async #mayKnow(reader: Reader, type: CloudEvent['type'], car: string): Promise<boolean> {
    reader.cars ??= this.#options.store.carsOf(reader.account).then(memberships);
    const membership = (await reader.cars).get(car);
    return type === 'command' ? membership === 'owner' : membership !== undefined;
  }
}

const memberships = (cars: readonly MemberCar[]): ReadonlyMap<string, Membership> =>
  new Map(cars.map(({ id, membership }) => [id, membership]));

import type { CommitOptions, Memory } from './memory.js';
import type { CarRecord } from './record.js';

/** What an update wants: a new record to commit (none: nothing changes), and what to tell the caller. */
export interface Change<T> extends CommitOptions {
  readonly record?: CarRecord | undefined;
  readonly value: T;
}

/**
 * The car's record in use. Updates run one after the other, each on the outcome of the one before,
 * and `record` changes only once the new one is durable: commit before act.
 */
export class RecordStore {
  readonly #memory: Memory;
  #record: CarRecord;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(memory: Memory, record: CarRecord) {
    this.#memory = memory;
    this.#record = record;
  }

  /**
   * Loads the record; a new car gets the one that `create` gives.
   * @throws PhoneKeyError `sim.storage`
   */
  static async open(memory: Memory, create: () => CarRecord): Promise<RecordStore> {
    const loaded = await memory.load();
    const store = new RecordStore(memory, loaded ?? create());
    if (loaded === undefined) {
      await store.update((record) => ({ record, erases: true, value: undefined }));
    }
    return store;
  }

  get record(): CarRecord {
    return this.#record;
  }

  /**
   * Reads, changes and commits as one. Rejects, and changes nothing, when `change` throws or the
   * commit fails.
   * @throws PhoneKeyError `sim.storage`
   */
  update<T>(change: (record: CarRecord) => Change<T>): Promise<T> {
    const done = this.#queue.then(async () => {
      const { record, erases = false, value } = change(this.#record);
      if (record !== undefined) {
        await this.#memory.commit(record, { erases });
        this.#record = record;
      }
      return value;
    });
    this.#queue = done.catch(() => undefined);
    return done;
  }

  /** Resolves when every update so far is done. */
  async idle(): Promise<void> {
    await this.#queue;
  }
}

import { PhoneKeyError } from '../../lib/errors.js';
import { fileFault } from '../../local/files/fault.js';
import type { CarRecord } from './record.js';

/** Non-volatile memory: holds one record. Callers take turns (RecordStore sees to it). */
export interface Memory {
  /**
   * The last record that was committed, undefined in a new car. Called once, first.
   * @throws PhoneKeyError `sim.damaged` when there was one and no copy of it is readable: then nothing was
   * written; `sim.storage`
   */
  load(): Promise<CarRecord | undefined>;
  /**
   * Resolves when the record is durable. A power cut at any moment before leaves the old record or
   * this one. After a rejection the memory holds either; the next commit settles it.
   * @throws PhoneKeyError `sim.storage`
   */
  commit(record: CarRecord, options?: CommitOptions): Promise<void>;
}

/** What a memory is told of a record besides. */
export interface CommitOptions {
  /** The record takes something away for good: damage to this one must not bring an older one back. */
  readonly erases?: boolean;
}

/** Rejects in place of what was the cause. */
export const storageFault =
  (message: string) =>
  (cause: unknown): never => {
    const fault = fileFault(cause);
    const why = fault === undefined ? '' : `: ${fault.what}`;
    const hint = fault && { hint: fault.hint };
    throw new PhoneKeyError('sim.storage', `${message}${why}`, { cause, ...hint });
  };

/** @param restore what may be restored from where, or taken away */
export const damaged = (where: string, restore: string): PhoneKeyError =>
  new PhoneKeyError('sim.damaged', `no readable copy of the car's memory in ${where}`, {
    hint: `Restore ${restore} to make a new car; every phone must then be paired again.`,
  });

/** Another phonekey wrote it. @param what which, and where */
export const otherVersion = (what: string, cause?: unknown): PhoneKeyError =>
  new PhoneKeyError('sim.storage', `the car's memory ${what}`, {
    cause,
    hint: 'Start it with the phonekey that wrote it. To make a new car of that name, delete its directory; every phone must then be paired again.',
  });

/** Forgets with the process: for a car that need not outlive it. */
export const volatileMemory = (): Memory => {
  let stored: CarRecord | undefined;
  return {
    load: () => Promise.resolve(stored),
    commit: (record) => {
      stored = record;
      return Promise.resolve();
    },
  };
};

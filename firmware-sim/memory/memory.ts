import { PhoneKeyError } from '../../lib/errors.js';
import type { CarRecord } from './record.js';

/** Non-volatile memory: holds one record. Callers take turns (RecordStore sees to it). */
export interface Memory {
  /**
   * The last record that was committed, undefined in a new car. Called once, first.
   * @throws PhoneKeyError `sim.storage` when there was one and no copy of it is readable
   */
  load(): Promise<CarRecord | undefined>;
  /**
   * Resolves when the record is durable. A power cut at any moment before leaves the old record or
   * this one. After a rejection the memory holds either; the next commit settles it.
   * @throws PhoneKeyError `sim.storage`
   */
  commit(record: CarRecord, options?: CommitOptions): Promise<void>;
}

export interface CommitOptions {
  /** The record takes something away for good: damage to this one must not bring an older one back. */
  readonly erases?: boolean;
}

/** Rejects in place of what was the cause. @param hint where that of the code would not do */
export const storageFault =
  (message: string, hint?: string) =>
  (cause: unknown): never => {
    throw new PhoneKeyError('sim.storage', message, { cause, ...(hint && { hint }) });
  };

/** @param restore what may be restored from where, or taken away */
export const noCopy = (where: string, restore: string): PhoneKeyError =>
  new PhoneKeyError('sim.storage', `no readable copy of the car's memory in ${where}`, {
    hint: `Restore ${restore} to make a new car; every phone must then be paired again.`,
  });

/** What to do where an earlier phonekey wrote the memory of a car. */
export const NEW_CAR_HINT =
  'An earlier phonekey wrote it. Delete the directory of the car to make a new one of that name; every phone must then be paired again.';

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

import type { Candidates } from './candidates.js';
import { entryOf } from './connection.js';
import type { Attempt, CarConnection } from './connection.js';
import type { Deadline } from './deadline.js';
import type { PhoneEnvironment } from './environment.js';
import { openOutbox } from './outbox.js';
import type { Outbox } from './outbox.js';
import type { PairedCar } from './store.js';

/** What one call wants of a car that it has a link to. */
export type Work<T> = (connection: CarConnection, deadline: Deadline, outbox: Outbox) => Promise<T>;

/** How a call went over one way. */
export interface Tried<T> {
  /** Ends the call so: gives what was done, or throws `failure`. */
  readonly end: () => T;
  readonly failure?: unknown;
  /** The other way had answered first: this one need not have failed. */
  readonly calledOff?: true;
  /** The entry as it is then; none where no car could be asked. */
  readonly car?: PairedCar;
  readonly last?: CarConnection['last'];
}

/** Did not get as far as a car, or not further. */
export const failedBy = (failure: unknown): Tried<never> => ({
  failure,
  end: () => {
    throw failure;
  },
});

/** Asks one after the other of those that may be the car, over one radio, until one is it. Does not reject. */
export const attempt = async <T>(
  environment: PhoneEnvironment,
  candidates: Candidates,
  work: Work<T>,
  deadline: Deadline,
  told: Attempt,
): Promise<Tried<T>> => {
  try {
    for (;;) {
      const connection = await candidates.open(deadline, told);
      const outbox = openOutbox(environment, connection);
      const tried = await work(connection, deadline, outbox).then(
        (done) => ({ end: () => done }),
        failedBy,
      );
      const { last } = connection;
      await outbox.afterCommand(deadline);
      // What the car answered counts, not how the link ended.
      await connection.close().catch(() => undefined);
      if (!('failure' in tried) || !(await candidates.hasOther(tried.failure)))
        return { ...tried, car: entryOf(connection), last };
    }
  } catch (error) {
    return failedBy(error);
  }
};

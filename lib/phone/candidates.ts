import { PhoneKeyError } from '../errors.js';
import { watched } from './boundary.js';
import { CarConnection } from './connection.js';
import type { Attempt } from './connection.js';
import type { Deadline } from './deadline.js';
import { isThroughCloud } from './environment.js';
import type { PhoneEnvironment } from './environment.js';
import { connectToCar, findCar, hearCars } from './finder.js';
import type { HeardCar, Wanted } from './finder.js';
import type { PairedCar } from './store.js';

/** For one candidate, in milliseconds: a link, of which the car may have none to give for a while. */
const LINK_MS = 5_000;
/** From the link to the car's first word. */
const FIRST_WORD_MS = 2_000;
/** So long another candidate is listened for. */
const OTHER_MS = 400;

/**
 * Who may be the car that is wanted. Its advertisement is no proof: whoever plays it again later looks like
 * it. So with whom it does not work is tried again after all others.
 */
export class Candidates {
  readonly #environment: PhoneEnvironment;
  readonly #cars: readonly PairedCar[];
  readonly #wanted: Wanted;
  #deadline: Deadline;
  /** By the radio's id, the last one last. */
  readonly #failed = new Set<string>();
  #failure: PhoneKeyError | undefined;
  #opened: HeardCar | undefined;

  /** @param cars those to recognise */
  constructor(
    environment: PhoneEnvironment,
    cars: readonly PairedCar[],
    wanted: Omit<Wanted, 'last'>,
    deadline: Deadline,
  ) {
    this.#environment = environment;
    this.#cars = cars;
    this.#wanted = {
      ...wanted,
      last: this.#failed,
      notFound: (strangers) => this.#failure ?? wanted.notFound(strangers),
    };
    this.#deadline = deadline;
  }

  /**
   * A session with one of them, in which nothing is proved yet.
   * @param deadline also of what follows
   * @param attempt none: it is kept for several calls
   * @throws PhoneKeyError what went wrong with the last one
   */
  async open(deadline: Deadline, attempt?: Attempt): Promise<CarConnection> {
    this.#deadline = deadline;
    for (;;) {
      const seen = await this.#find();
      attempt?.heard();
      try {
        const connection = await this.#open(seen, attempt);
        this.#opened = seen;
        return connection;
      } catch (error) {
        this.#fails(seen);
        this.#deadline.check();
        if (!(error instanceof PhoneKeyError)) throw error;
        this.#failure = this.#isAsleep(error) ? this.#failure : error;
        // The cloud is not asked again and again: there is another way, and the person.
        const isAir = !isThroughCloud(this.#environment);
        const again = isAir && error.kind === 'unreachable' && error.temporary;
        if (this.#deadline.timeoutMs === 0) throw this.#failure ?? error;
        if (!again && !(await this.hasOther(error))) throw error;
      }
    }
  }

  async #find(): Promise<HeardCar> {
    try {
      return await findCar(this.#environment, this.#cars, this.#wanted, this.#deadline);
    } catch (error) {
      throw this.#isAsleep(error) ? this.#failure : error;
    }
  }

  /** A car that sleeps keeps the link that it has not noticed, so that it takes no other: that is no news. */
  #isAsleep(error: unknown): boolean {
    if (this.#failure?.code !== 'car.asleep' || !(error instanceof PhoneKeyError)) return false;
    return error.code === 'car.busy' || error.code === 'radio.timeout';
  }

  /** Whether another one is heard than that with which this went wrong. */
  async hasOther(error: unknown): Promise<boolean> {
    if (!(error instanceof PhoneKeyError) || error.mayHaveSucceeded) return false;
    if (error.code !== 'car.not-recognised' && error.kind !== 'security') return false;
    if (this.#opened !== undefined) this.#fails(this.#opened);
    const wanted: Wanted = {
      ...this.#wanted,
      wants: (car) => this.#wanted.wants(car) && !this.#failed.has(car.id),
      first: true,
    };
    const heard = await hearCars(this.#environment, this.#cars, wanted, this.#deadline, OTHER_MS);
    return heard.length > 0;
  }

  #fails({ id }: HeardCar): void {
    this.#failed.delete(id);
    this.#failed.add(id);
  }

  async #open(seen: HeardCar, attempt?: Attempt): Promise<CarConnection> {
    const { car, dialect } = seen;
    if (car === undefined) throw new PhoneKeyError('internal', 'a stranger was found');
    const environment = this.#environment;
    const deadline = this.#deadline.within(LINK_MS);
    const open = watched(await connectToCar(environment, seen, deadline));
    this.#deadline.reached();
    try {
      const session = await dialect.open(
        open.link,
        car,
        environment,
        this.#deadline.within(FIRST_WORD_MS),
      );
      return new CarConnection(environment, car, open, session, attempt);
    } catch (error) {
      await open.link.close().catch(() => undefined);
      throw error;
    }
  }
}

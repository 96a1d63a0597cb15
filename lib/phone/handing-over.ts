import { PhoneKeyError } from '../errors.js';
import type { CarChannel } from '../native/phone/car-channel.js';
import { Deadline } from './environment.js';
import type { CallOptions, PhoneEnvironment } from './environment.js';
import { scanCars } from './finder.js';
import type { SeenCar } from './finder.js';

/**
 * A stranger carries notices: to whatever phonekey cars are in range, because only a car can tell
 * whether one is for it, and it does not say.
 */

/** How long cars in range are listened for, in milliseconds. */
const LISTEN_MS = 2_000;
/** What one car may take of the time, in milliseconds: a challenge, the notice, the next challenge. */
const ONE_CAR_MS = 5_000;

export interface HandingOver {
  readonly notices: readonly Uint8Array[];
  /** The radio's id of the only car that is meant. */
  readonly id: string | undefined;
  /** Subscribes; the car's challenge comes as the first message. */
  readonly open: (seen: SeenCar, deadline: Deadline) => Promise<CarChannel>;
}

/**
 * @returns the radio's ids of the cars that every notice was handed to
 * @throws PhoneKeyError `car.not-found`; what went wrong with the last car, where none could be reached
 */
export const handOver = async (
  environment: PhoneEnvironment,
  { notices, id, open }: HandingOver,
  options: CallOptions,
): Promise<readonly string[]> => {
  const { clock } = environment;
  const whole = new Deadline(clock, options);
  const handed: string[] = [];
  let failure: unknown = new PhoneKeyError('car.not-found', 'no car was heard');
  for (const seen of await carsInRange(environment, id, whole)) {
    const timeoutMs = Math.min(ONE_CAR_MS * notices.length, whole.leftMs);
    const deadline = new Deadline(clock, { timeoutMs, signal: whole.signal });
    try {
      for (const notice of notices) await handOne(await open(seen, deadline), notice, deadline);
      handed.push(seen.id);
    } catch (error) {
      whole.check();
      failure = error;
    }
  }
  if (handed.length === 0) throw failure;
  return handed;
};

/** Nearest first. */
const carsInRange = async (
  environment: PhoneEnvironment,
  id: string | undefined,
  deadline: Deadline,
): Promise<readonly SeenCar[]> => {
  const found = new Map<string, SeenCar>();
  const over = new AbortController();
  const stop = (): void => {
    over.abort();
  };
  const cancel = environment.clock.after(Math.min(LISTEN_MS, deadline.leftMs / 2), stop);
  deadline.signal.addEventListener('abort', stop, { once: true });
  if (deadline.signal.aborted) stop();
  try {
    await scanCars(
      environment,
      (seen) => {
        if (id !== undefined && seen.id !== id) return;
        found.set(seen.id, seen);
        if (id !== undefined) stop();
      },
      over.signal,
    );
  } finally {
    cancel();
    deadline.signal.removeEventListener('abort', stop);
  }
  deadline.check();
  return [...found.values()].sort((a, b) => b.rssi - a.rssi);
};

/** The next challenge, or the end of the link, says that the car has it. */
const handOne = async (
  channel: CarChannel,
  notice: Uint8Array,
  deadline: Deadline,
): Promise<void> => {
  try {
    await channel.receiveHello(deadline);
    await channel.send({ case: 'notice', value: notice }, deadline);
    await channel.receiveHello(deadline).catch((error: unknown) => {
      const ended = error instanceof PhoneKeyError && error.code === 'radio.link-lost';
      if (!ended) throw error;
    });
  } finally {
    await channel.close().catch(() => undefined);
  }
};

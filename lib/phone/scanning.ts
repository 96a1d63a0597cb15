import { asPhoneKeyError, PhoneKeyError } from '../errors.js';
import { checkOptions, signal as anySignal } from '../platform/check.js';
import { carOf } from './car.js';
import type { Car } from './car.js';
import type { PhoneEnvironment } from './environment.js';
import { scanCars } from './finder.js';
import type { HeardCar } from './finder.js';

/** Of `scan`. */
export interface ScanOptions {
  /** Aborting ends the scan. */
  readonly signal?: AbortSignal | undefined;
}

/** A phonekey car that was heard. */
export interface SeenCar extends Omit<HeardCar, 'car'> {
  /** Undefined where this phone has no key for it. */
  readonly car: Car | undefined;
}

/** So many are kept for who takes his time: advertisers have as many addresses as they like. */
const MOST_WAITING = 256;

/** See `Remote.scan`. */
export async function* scanning(
  environment: PhoneEnvironment,
  options: ScanOptions,
): AsyncGenerator<SeenCar, void, undefined> {
  checkOptions(options, { signal: anySignal });
  const { signal } = options;
  const stop = new AbortController();
  const over = signal === undefined ? stop.signal : AbortSignal.any([stop.signal, signal]);
  /** What was not given yet, the newest of each car, the one that was heard last at the end. */
  const waiting = new Map<string, SeenCar>();
  let stir: () => void = () => undefined;
  const hear = ({ car, ...heard }: HeardCar): void => {
    const who = `${heard.id} ${heard.dialect.profile.service}`;
    waiting.delete(who);
    waiting.set(who, { ...heard, car: car && carOf(environment.suite, car) });
    const [oldest = who] = waiting.keys();
    if (waiting.size > MOST_WAITING) waiting.delete(oldest);
    stir();
  };
  const cars = await environment.store.list();
  let ended: { readonly failure?: PhoneKeyError } | undefined;
  const end = (how: typeof ended): void => {
    ended = how;
    stir();
  };
  const scan = scanCars(environment, cars, hear, over).then(
    () => end({}),
    (error: unknown) => end({ failure: asPhoneKeyError(error, 'internal', 'scanning') }),
  );
  try {
    while (!over.aborted) {
      const [next] = waiting;
      if (next !== undefined) {
        waiting.delete(next[0]);
        yield next[1];
      } else if (ended === undefined) {
        await new Promise<void>((resolve) => (stir = resolve));
      } else {
        throw ended.failure ?? new PhoneKeyError('radio.scan-failed', 'the scan ended by itself');
      }
    }
  } finally {
    stop.abort();
    await scan;
  }
}

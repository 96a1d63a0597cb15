import { PhoneKeyError } from '../errors.js';
import type { Advertisement, CentralLink } from '../radio/types.js';
import { watched } from './boundary.js';
import type { Deadline } from './deadline.js';
import type { PhoneDialect, RecognisedCar } from './dialect.js';
import type { PhoneEnvironment } from './environment.js';
import type { PairedCar } from './store.js';

/** A phonekey car that was heard, with this phone's entry of it. */
export interface HeardCar extends RecognisedCar {
  /** As the radio heard it. */
  readonly advertisement: Advertisement;
  /** The one that it was heard to speak. */
  readonly dialect: PhoneDialect;
  /** The radio's handle, for `--car` before the car is known. */
  readonly id: string;
  /** dBm. */
  readonly rssi: number;
}

/** After the first candidate the finder listens this much longer for a nearer one. */
const NEARER_MS = 400;

/**
 * Reports every phonekey car that is heard, each time it is heard, until the signal aborts.
 * @param cars those to recognise
 */
export const scanCars = async (
  { central, suite, dialects }: PhoneEnvironment,
  cars: readonly PairedCar[],
  found: (car: HeardCar) => void,
  signal: AbortSignal,
): Promise<void> => {
  const known = dialects.map((dialect) => ({ dialect, recognise: dialect.recognise(cars, suite) }));
  const hear = (advertisement: Advertisement): void => {
    const { id, rssi } = advertisement;
    for (const { dialect, recognise } of known) {
      const recognised = recognise(advertisement);
      if (recognised !== undefined) found({ advertisement, dialect, id, rssi, ...recognised });
    }
  };
  const filters = dialects.map(({ filter }) => filter);
  await central.scan(filters, hear, signal);
};

/** Connects to a car that was heard. */
export const connectToCar = (
  { central }: PhoneEnvironment,
  { advertisement, dialect, car }: HeardCar,
  { timeoutMs, signal }: Deadline,
): Promise<CentralLink> =>
  central.connect(advertisement, dialect.profile, { timeoutMs, signal, attHandle: car?.attHandle });

/** A link to a car that was heard, for as long as the work takes. */
export const overLink = async <T>(
  environment: PhoneEnvironment,
  seen: HeardCar,
  deadline: Deadline,
  work: (link: CentralLink) => Promise<T>,
): Promise<T> => {
  const { link } = watched(await connectToCar(environment, seen, deadline));
  try {
    return await work(link);
  } finally {
    // What the car answered counts, not how the link ended.
    await link.close().catch(() => undefined);
  }
};

const busy = (): PhoneKeyError =>
  new PhoneKeyError('car.busy', 'the car is there, and serves as many phones as it can');

export interface Wanted {
  readonly wants: (car: HeardCar) => boolean;
  /** Take the first that is heard; otherwise the nearest of those heard within a moment. */
  readonly first: boolean;
  /** By the radio's id: those that are taken when no other is heard, the first of them first. */
  readonly last?: ReadonlySet<string>;
  /** @param strangers how many phonekey cars were heard that none of the keys is for */
  readonly notFound: (strangers: number) => PhoneKeyError;
}

/** Scans until a wanted car is heard. @param cars those to recognise */
export const findCar = async (
  environment: PhoneEnvironment,
  cars: readonly PairedCar[],
  wanted: Wanted,
  deadline: Deadline,
): Promise<HeardCar> => {
  const [nearest] = await hearCars(environment, cars, wanted, deadline);
  if (nearest === undefined) throw wanted.notFound(0);
  return nearest;
};

/**
 * The wanted cars that are heard, nearest first; at the end those that come last.
 * @param cars those to recognise
 * @param forMs how long to listen, in milliseconds; without it, until a moment after the first
 * @throws PhoneKeyError `interrupted`; where the deadline is over first `notFound`, or `car.busy` for one that
 *   was heard and takes no connection
 */
export const hearCars = async (
  environment: PhoneEnvironment,
  cars: readonly PairedCar[],
  { wants, first, last = new Set(), notFound }: Wanted,
  deadline: Deadline,
  forMs?: number,
): Promise<readonly HeardCar[]> => {
  const stop = new AbortController();
  const stopAfter = (ms: number) =>
    environment.clock.after(Math.min(ms, deadline.timeoutMs / 2), () => {
      stop.abort();
    });
  let cancel = forMs === undefined ? undefined : stopAfter(forMs);
  const heard = new Map<string, HeardCar>();
  const strangers = new Set<string>();
  let isBusy = false;
  const listen = (car: HeardCar): void => {
    if (car.car === undefined) strangers.add(car.id);
    if (!wants(car)) return;
    isBusy = car.advertisement.isBusy === true;
    if (isBusy) return; // it may have room before the deadline
    heard.set(car.id, car);
    if (first && !last.has(car.id)) stop.abort();
    else cancel ??= stopAfter(NEARER_MS);
  };
  const scanning = scanCars(environment, cars, listen, stop.signal);
  try {
    await deadline.race(scanning, () => (isBusy ? busy() : notFound(strangers.size)));
  } finally {
    stop.abort();
    cancel?.();
    await scanning.catch(() => undefined);
  }
  const order = [...last];
  const place = ({ id }: HeardCar): number => order.indexOf(id);
  return [...heard.values()].sort((a, b) => place(a) - place(b) || b.rssi - a.rssi);
};

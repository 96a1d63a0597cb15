import type { PhoneKeyError } from '../errors.js';
import { serviceDataOf } from '../link/advertising.js';
import { nativeProfile, nativeScan } from '../native/profile.js';
import type { Advertisement } from '../radio/types.js';
import {
  advertisementIsFrom,
  advertisementKey,
  decodeAdvertisement,
} from '../native/advertisement.js';
import type { Deadline, PhoneEnvironment } from './environment.js';
import type { PairedCar } from './store.js';

/** A phonekey car that was heard. */
export interface SeenCar {
  readonly advertisement: Advertisement;
  /** The radio's handle, for `--car` before the car is known. */
  readonly id: string;
  /** dBm. */
  readonly rssi: number;
  /** Its pairing window is open. */
  readonly pairing: boolean;
  /** The entry of this phone's store, when it is a car it knows. */
  readonly car: PairedCar | undefined;
}

/** After the first candidate the finder listens this much longer for a nearer one. */
const NEARER_MS = 400;

/**
 * Reports every phonekey car that is heard, each time it is heard, until the signal aborts.
 * @param cars those to recognise
 */
export const scanCars = async (
  { central, suite }: PhoneEnvironment,
  cars: readonly PairedCar[],
  found: (car: SeenCar) => void,
  signal: AbortSignal,
): Promise<void> => {
  const known = cars.map((car) => ({
    car,
    key: advertisementKey(suite, car.carPublicKey),
  }));
  const hear = (advertisement: Advertisement): void => {
    const { id, rssi } = advertisement;
    const serviceData = serviceDataOf(advertisement, nativeProfile.service) ?? new Uint8Array();
    const decoded = decodeAdvertisement(serviceData);
    if (decoded === undefined) return;
    const match = known.find(({ key }) => advertisementIsFrom(suite, key, serviceData));
    found({ advertisement, id, rssi, pairing: decoded.pairing, car: match?.car });
  };
  await central.scan([nativeScan], hear, signal);
};

export interface Wanted {
  readonly wants: (car: SeenCar) => boolean;
  /** Take the first that is heard; otherwise the nearest of those heard within a moment. */
  readonly first: boolean;
  readonly notFound: () => PhoneKeyError;
}

/** Scans until a wanted car is heard. @param cars those to recognise */
export const findCar = async (
  environment: PhoneEnvironment,
  cars: readonly PairedCar[],
  wanted: Wanted,
  deadline: Deadline,
): Promise<SeenCar> => {
  const [nearest] = await hearCars(environment, cars, wanted, deadline);
  if (nearest === undefined) throw wanted.notFound();
  return nearest;
};

/**
 * The wanted cars that are heard, nearest first.
 * @param cars those to recognise
 * @param forMs how long to listen, in milliseconds; without it, until a moment after the first
 * @throws PhoneKeyError `interrupted`, `notFound` where the deadline is over first
 */
export const hearCars = async (
  environment: PhoneEnvironment,
  cars: readonly PairedCar[],
  { wants, first, notFound }: Wanted,
  deadline: Deadline,
  forMs?: number,
): Promise<readonly SeenCar[]> => {
  const stop = new AbortController();
  const stopAfter = (ms: number) =>
    environment.clock.after(Math.min(ms, deadline.leftMs / 2), () => {
      stop.abort();
    });
  let cancel = forMs === undefined ? undefined : stopAfter(forMs);
  const heard = new Map<string, SeenCar>();
  const listen = (car: SeenCar): void => {
    if (!wants(car)) return;
    heard.set(car.id, car);
    if (first) stop.abort();
    else cancel ??= stopAfter(NEARER_MS);
  };
  const scanning = scanCars(environment, cars, listen, stop.signal);
  try {
    await deadline.race(scanning, notFound);
  } finally {
    stop.abort();
    cancel?.();
    await scanning.catch(() => undefined);
  }
  return [...heard.values()].sort((a, b) => b.rssi - a.rssi);
};

import type { PhoneKeyError } from '../errors.js';
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
  await central.scan((advertisement) => {
    const { id, rssi, serviceData } = advertisement;
    const decoded = decodeAdvertisement(serviceData);
    if (decoded === undefined) return;
    const match = known.find(({ key }) => advertisementIsFrom(suite, key, serviceData));
    found({ advertisement, id, rssi, pairing: decoded.pairing, car: match?.car });
  }, signal);
};

export interface Wanted {
  wants(car: SeenCar): boolean;
  /** Take the first that is heard; otherwise the nearest of those heard within a moment. */
  readonly first: boolean;
  notFound(): PhoneKeyError;
}

/** Scans until a wanted car is heard. @param cars those to recognise */
export const findCar = async (
  environment: PhoneEnvironment,
  cars: readonly PairedCar[],
  wanted: Wanted,
  deadline: Deadline,
): Promise<SeenCar> => {
  const { clock } = environment;
  const stop = new AbortController();
  const candidates = new Map<string, SeenCar>();
  let cancelNearer: (() => void) | undefined;
  const scanning = scanCars(
    environment,
    cars,
    (car) => {
      if (!wanted.wants(car)) return;
      candidates.set(car.id, car);
      if (wanted.first) stop.abort();
      else
        cancelNearer ??= clock.after(Math.min(NEARER_MS, deadline.leftMs / 2), () => {
          stop.abort();
        });
    },
    stop.signal,
  );
  try {
    await deadline.race(scanning, () => wanted.notFound());
  } finally {
    stop.abort();
    cancelNearer?.();
    await scanning.catch(() => undefined);
  }
  const nearest = [...candidates.values()].sort((a, b) => b.rssi - a.rssi)[0];
  if (nearest === undefined) throw wanted.notFound();
  return nearest;
};

import { generateEd25519, generateX25519 } from '../crypto/index.js';
import { pairingRefusalError } from '../domain/refusals.js';
import { PhoneKeyError } from '../errors.js';
import type { Deadline } from './deadline.js';
import type { CarToPair } from './dialect.js';
import type { PhoneEnvironment } from './environment.js';
import { addUniquely } from './naming.js';
import type { PairedCar } from './store.js';

/**
 * Gets a key of this phone enrolled, in whatever dialect: saved before the car is asked, because a key
 * the car has and the phone has not would be lost.
 * @param attHandle where the link has found the car's characteristics
 */
export const enrolAt = async (
  environment: PhoneEnvironment,
  shown: CarToPair,
  attHandle: number | undefined,
  deadline: Deadline,
): Promise<PairedCar> => {
  const { entry: pending, fresh } = await savedEntry(environment, shown.car);
  const done = await shown.enrol(pending, deadline);
  if (typeof done === 'string') {
    // Only what this very attempt made: an earlier one may have got through.
    if (fresh) await forget(environment, pending.name);
    throw pairingRefusalError(done);
  }
  try {
    // A grant that it had is of no matter any more.
    return await environment.store.update(pending.name, ({ grant: _, ...now }) => {
      const car: PairedCar = { ...now, attHandle, state: 'paired', ...done };
      return { car, value: car };
    });
  } catch (cause) {
    // The key is there and works; the first command makes up for it.
    throw new PhoneKeyError(
      cause instanceof PhoneKeyError ? cause.code : 'internal',
      'the car has enrolled this phone, but slot and role could not be saved',
      { cause, mayHaveSucceeded: true },
    );
  }
};

/** What the car said counts more than an entry that stays pending. */
const forget = async ({ store, log }: PhoneEnvironment, name: string): Promise<void> => {
  await store.remove(name).catch((error: unknown) => {
    log.warn('the refused key stays, it could not be removed', { error: String(error) });
  });
};

/**
 * The entry of a car paired before keeps its keys, so that pairing again cannot lose them; only its
 * slot may be another one soon. A new car gets a new entry.
 */
const savedEntry = async (
  { suite, random, store }: PhoneEnvironment,
  { name, ...shown }: CarToPair['car'],
): Promise<{ readonly entry: PairedCar; readonly fresh: boolean }> => {
  const cars = await store.list();
  const known = cars.find(
    (car) => car.dialect === shown.dialect && suite.equal(car.carPublicKey, shown.carPublicKey),
  );
  if (known !== undefined) {
    const entry = await store.update(known.name, ({ slot: _, ...car }) => ({ car, value: car }));
    return { entry, fresh: false };
  }
  const keys = {
    ...shown,
    identity: generateX25519(suite, random),
    signing: generateEd25519(suite, random),
    state: 'pending',
  } as const;
  return { entry: await addUniquely(store, name, keys), fresh: true };
};

import type { Enrolment } from '../domain/outcomes.js';
import { pairingRefusalError } from '../domain/refusals.js';
import type { PairingRefusal } from '../domain/refusals.js';
import type { Role } from '../domain/roles.js';
import { PhoneKeyError } from '../errors.js';
import { learned } from './dating.js';
import { Deadline } from './deadline.js';
import type { CarToPair } from './dialect.js';
import { wallSeconds } from './environment.js';
import type { PhoneEnvironment } from './environment.js';
import { withoutGrants } from './grants.js';
import { addUniquely, to } from './store.js';
import type { PairedCar } from './store.js';

/** What a car that waits for pairing offers; it has proved who it is. */
export interface PairingOffer {
  /** As this phone calls it, or as it calls itself where it is new here. */
  readonly car: string;
  /** What the window gives. */
  readonly role: Role;
  /** What this phone's key may do there, by its own memory; none where it has no key, or never heard. */
  readonly before?: Role;
}

/** Whether to go on. May take its time, which is not counted; but the car waits 30 s in all. */
export type ConfirmPairing = (offer: PairingOffer) => boolean | Promise<boolean>;

/**
 * Gets a key of this phone enrolled, in whatever dialect: saved before the car is asked, because a key
 * the car has and the phone has not would be lost.
 * @param attHandle where the link has found the car's characteristics
 */
export const enrolAt = async (
  environment: PhoneEnvironment,
  shown: CarToPair,
  attHandle: number | undefined,
  confirm: ConfirmPairing = () => true,
  deadline: Deadline,
): Promise<PairedCar> => {
  const known = await entryOf(environment, shown.car);
  const left = await confirmed(environment, shown, known, confirm, deadline);
  const entry = await savedEntry(environment, shown.car, known);
  const done = await enrolled(environment, shown, entry, known, left);
  if (typeof done === 'string') {
    await undo(environment, entry, known);
    throw pairingRefusalError(done);
  }
  const { slot, role } = done;
  try {
    const paired = (before: PairedCar): PairedCar => {
      const { unconfirmed: _, ...now } = withoutGrants(before);
      const car: PairedCar = { ...now, attHandle, state: 'paired', slot, role };
      return learned(car, done, wallSeconds(environment));
    };
    return await environment.store.update(entry.name, to(paired));
  } catch (cause) {
    // The key is there and works; the first command makes up for it.
    throw new PhoneKeyError(
      cause instanceof PhoneKeyError ? cause.code : 'internal',
      'the car has enrolled this phone, but slot and role could not be saved',
      { cause, mayHaveSucceeded: true },
    );
  }
};

const entryOf = async (
  { suite, store }: PhoneEnvironment,
  shown: CarToPair['car'],
): Promise<PairedCar | undefined> =>
  (await store.list()).find(
    (car) => car.dialect === shown.dialect && suite.equal(car.carPublicKey, shown.carPublicKey),
  );

/** Shows what the window gives beside what this phone has, before anything of it is kept or sent. */
const confirmed = async (
  { clock }: PhoneEnvironment,
  { car, role }: CarToPair,
  known: PairedCar | undefined,
  confirm: ConfirmPairing,
  deadline: Deadline,
): Promise<Deadline> => {
  const { timeoutMs, signal } = deadline;
  const before = known?.role;
  const offer = { car: known?.name ?? car.name, role, ...(before && { before }) };
  if (!(await confirm(offer))) {
    throw new PhoneKeyError('usage.invalid', 'what the pairing window gives was not wanted', {
      hint: 'Nothing was saved, and the try is used up. Open a window for another role.',
    });
  }
  deadline.check();
  return new Deadline(clock, { timeoutMs, signal });
};

/**
 * The entry of a car paired before keeps all that it has, until the car says otherwise: it is marked, because
 * this may be true no more. A new car gets a new entry.
 */
const savedEntry = (
  { suite, random, store }: PhoneEnvironment,
  { name, ...shown }: CarToPair['car'],
  known: PairedCar | undefined,
): Promise<PairedCar> => {
  if (known !== undefined) {
    const marked = (now: PairedCar): PairedCar => ({ ...now, unconfirmed: true });
    return store.update(known.name, to(marked));
  }
  return addUniquely(store, name, {
    ...shown,
    identity: suite.x25519KeyPair(random(32)),
    signing: suite.ed25519KeyPair(random(32)),
    state: 'pending',
    unconfirmed: true,
  });
};

const enrolled = async (
  environment: PhoneEnvironment,
  shown: CarToPair,
  entry: PairedCar,
  known: PairedCar | undefined,
  deadline: Deadline,
): Promise<Enrolment | PairingRefusal> => {
  try {
    return await shown.enrol(entry, deadline);
  } catch (error) {
    // The car closed the link before anything was sent: somebody took his time to confirm.
    const inVain = error instanceof PhoneKeyError && !error.mayHaveSucceeded;
    if (inVain) await undo(environment, entry, known);
    throw error;
  }
};

/**
 * As it was before this very attempt; an earlier one may have got through. What the car said counts more than
 * that this cannot be saved.
 */
const undo = async (
  { store, log }: PhoneEnvironment,
  { name }: PairedCar,
  known: PairedCar | undefined,
): Promise<void> => {
  const undone =
    known === undefined
      ? store.remove(name)
      : store.update(
          name,
          to(({ unconfirmed: _, ...now }) => ({
            ...now,
            ...(known.unconfirmed && { unconfirmed: true }),
          })),
        );
  await undone.catch((error: unknown) => {
    log.warn('the attempt to pair stays in the store, it could not be undone', {
      error: String(error),
    });
  });
};

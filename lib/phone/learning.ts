import type { Suite } from '../crypto/suite.js';
import type { KeyEntry, Result } from '../domain/outcomes.js';
import type { Refusal } from '../domain/refusals.js';
import { isOwner } from './choose.js';
import type { PhoneEnvironment } from './environment.js';
import type { PairedCar } from './store.js';

/** What a phone learns from what the car answers, besides the answer. */

/**
 * After these the car may not have taken the key of a grant, which is shown to it again. A grant that
 * does not hold it calls invalid only to keys that it has.
 */
const NOT_ADMITTED: ReadonlySet<Refusal> = new Set([
  'slots-full',
  'suspended',
  'not-yet',
  'expired',
  'used-up',
  'clock-lost',
  'fault',
]);

/**
 * A car that answered has this phone's key, also where the confirmation of its pairing got lost; it
 * tells owners its epoch; and it is where this link found its characteristics. The command is done: that
 * it cannot be saved is no reason to fail.
 */
export const learnFrom = async (
  { store, suite, log }: PhoneEnvironment,
  car: PairedCar,
  attHandle: number | undefined,
  result: Result,
): Promise<void> => {
  const taken = car.state === 'pending' && wasTaken(car, result);
  const { epoch } = result;
  // It only ever counts up.
  const told = isOwner(car) && epoch > (car.epoch ?? 0);
  if (!taken && !told && attHandle === car.attHandle) return;
  try {
    await store.update(car.name, (now) => {
      if (!sameKey(suite, car, now)) return now;
      if (!taken && !told && attHandle === now.attHandle) return now;
      return {
        ...now,
        attHandle,
        ...(taken ? { state: 'paired' as const } : {}),
        ...(told ? { epoch: Math.max(epoch, now.epoch ?? 0) } : {}),
      };
    });
  } catch (error) {
    log.warn('what the car told could not be saved', { error: String(error) });
  }
};

const wasTaken = ({ grant }: PairedCar, { outcome }: Result): boolean =>
  grant === undefined || outcome.type !== 'refused' || !NOT_ADMITTED.has(outcome.refusal);

/** Another program may have accepted a newer grant meanwhile. */
const sameKey = (suite: Suite, car: PairedCar, now: PairedCar): boolean =>
  suite.equal(car.identity.publicKey, now.identity.publicKey) &&
  suite.equal(car.grant ?? NONE, now.grant ?? NONE);

const NONE = new Uint8Array(0);

/** Slot and role, where the confirmation of the pairing got lost. */
export const learnOwnKey = async (
  { store, log }: PhoneEnvironment,
  car: PairedCar,
  keys: readonly KeyEntry[],
): Promise<void> => {
  const own = keys.find((key) => key.own);
  if (own === undefined || own.role === 'none') return;
  const { slot, role } = own;
  if (car.slot === slot && car.role === role) return;
  await store
    .update(car.name, (now) => ({ ...now, slot, role }))
    .catch((error: unknown) => {
      log.warn('what the car told could not be saved', { error: String(error) });
    });
};

import type { Suite } from '../crypto/suite.js';
import type { CommandName } from '../domain/commands.js';
import { isRefusal } from '../domain/outcomes.js';
import type { KeyEntry, Result } from '../domain/outcomes.js';
import type { Refusal } from '../domain/refusals.js';
import { isOwner } from './choose.js';
import { learned } from './dating.js';
import { wallSeconds } from './environment.js';
import type { PhoneEnvironment } from './environment.js';
import { withNext, withoutGrants, withTaken } from './grants.js';
import { to } from './store.js';
import type { PairedCar } from './store.js';

/** What a car answers, besides the answer, brings the phone's entry of it up to date. */

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
  'dated-ahead',
  'grant-void',
  'name-invalid',
  'fault',
]);

/**
 * A car that answered has this phone's key, also where the confirmation of its pairing got lost; it
 * tells owners its epoch and its time; and it is where this link found its characteristics.
 * @returns the entry as it is then
 */
export const reconcile = async (
  environment: PhoneEnvironment,
  car: PairedCar,
  attHandle: number | undefined,
  result: Result,
): Promise<PairedCar> => {
  const taken = car.state === 'pending' && wasTaken(car, result);
  const seconds = wallSeconds(environment);
  const news = (before: PairedCar): PairedCar => {
    const now = learned(before, result, seconds);
    const isNews = now !== before || taken || attHandle !== now.attHandle;
    return isNews ? { ...(taken ? withTaken(now) : now), attHandle } : before;
  };
  if (news(car) === car) return car;
  return save(environment, car, (now) => (sameKey(environment.suite, car, now) ? news(now) : now));
};

const wasTaken = ({ grant, otherGrants }: PairedCar, { outcome }: Result): boolean =>
  grant === undefined ||
  outcome.type !== 'refused' ||
  !(NOT_ADMITTED.has(outcome.refusal) || (outcome.refusal === 'grant-invalid' && otherGrants));

/**
 * Goes on to another grant, where the car may do by it what it has refused.
 * @param refusal undefined: the car knows neither the key nor the grant
 * @returns undefined where there is none
 */
export const goOn = async (
  environment: PhoneEnvironment,
  car: PairedCar,
  refusal: Refusal | undefined,
  command: CommandName,
): Promise<PairedCar | undefined> => {
  const { suite } = environment;
  if (withNext(car, refusal, command) === car) return undefined;
  const other = await save(environment, car, (now) =>
    sameKey(suite, car, now) ? withNext(now, refusal, command) : now,
  );
  return sameKey(suite, car, other) ? undefined : other;
};

/** Another program may have accepted a newer grant meanwhile. */
const sameKey = (suite: Suite, car: PairedCar, now: PairedCar): boolean =>
  suite.equal(car.identity.publicKey, now.identity.publicKey) &&
  suite.equal(car.grant ?? NONE, now.grant ?? NONE);

const NONE = new Uint8Array(0);

/** Slot and role, where the confirmation of the pairing got lost. */
export const reconcileOwnKey = async (
  environment: PhoneEnvironment,
  car: PairedCar,
  keys: readonly KeyEntry[],
): Promise<void> => {
  const own = keys.find((key) => key.own);
  if (own === undefined || own.role === 'none') return;
  const { slot, role, grantedBy } = own;
  if (car.slot === slot && car.role === role && car.unconfirmed === undefined) return;
  await save(environment, car, (before) => {
    const { unconfirmed: _, ...now } = grantedBy === null ? withoutGrants(before) : before;
    return { ...now, slot, role };
  });
};

/**
 * What came of a pairing whose end was not heard, by the car's answer to `listKeys`: owners are told slot and
 * role, and whoever may not ask is no owner.
 */
export const reconcilePairing = async (
  environment: PhoneEnvironment,
  car: PairedCar,
  { outcome }: Result,
): Promise<void> => {
  if (outcome.type === 'keys') await reconcileOwnKey(environment, car, outcome.keys);
  if (!isRefusal(outcome, 'not-permitted')) return;
  await save(environment, car, ({ unconfirmed: _, ...now }) => {
    if (!isOwner(now)) return now;
    const { role: __, slot: ___, ...rest } = now;
    return rest;
  });
};

/** The command is done: that this cannot be saved is no reason to fail. */
const save = (
  { store, log }: PhoneEnvironment,
  car: PairedCar,
  change: (now: PairedCar) => PairedCar,
): Promise<PairedCar> =>
  store.update(car.name, to(change)).catch((error: unknown) => {
    log.warn('what the car told could not be saved', { error: String(error) });
    return car;
  });

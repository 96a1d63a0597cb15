import { TOLERANCE_SECONDS } from '../credentials/grant.js';
import { fingerprint } from '../credentials/key-slot.js';
import { sealRevocationList } from '../credentials/revocation-list.js';
import type { EntryKind, RevocationEntry } from '../credentials/revocation-list.js';
import { formatUri } from '../credentials/uri.js';
import { check, needed, text } from '../platform/check.js';
import { fromHex, toHex } from '../platform/bytes.js';
import { chooseCar, invalid } from './choose.js';
import type { CarChoice } from './choose.js';
import { carSeconds, signingSeconds } from './dating.js';
import type { RingEnvironment } from './environment.js';
import { replaceOwn, withOutbox } from './outbox-entries.js';
import { folded, pruned, statusIn } from './own-list.js';
import { ownerSlot as slotOfOwner } from './sharing.js';
import type { CarChange, OwnRevocationList, PairedCar } from './store.js';

/** A list that was signed: in the outbox of this phone, and for whoever else may relay it. */
export interface SignedRevocationList {
  /** `phonekey:revocation-list/...`, one for each part; sealed, so that who relays it reads nothing. */
  readonly uris: readonly string[];
  /** Of the car it is for, as this phone calls it. */
  readonly car: string;
  /** Counts up with each list of this owner, from 1. */
  readonly number: number;
  /** When it was signed, in seconds since 1970. */
  readonly issuedAt: number;
  /** Of the key that it was about, in hex; none where nothing changed. */
  readonly fingerprint?: string;
  /** How many keys that this phone has shared need new grants, because the list had no room left for its oldest entries. */
  readonly voided: number;
}

/** What becomes of the entries; `since` covers all that this phone has granted by now to the key that it is about. */
type Change = (entries: readonly RevocationEntry[], since: number) => readonly RevocationEntry[];

/**
 * Revokes, suspends or resumes a key: the owner's next revocation list to the car. Nothing is sent; see
 * `outbox.ts`. Nothing is given back by being left out: what is resumed stands in the list, until the car has it.
 * @param which fingerprint in hex, or the name that it was shared by; by its fingerprint also a key is resumed that
 *   another owner suspended who is one no more
 * @param status resumed: takes a suspension back but no revocation
 * @throws PhoneKeyError `usage.invalid`, `car.not-permitted`, `keys.*`
 */
export const setKeyStatus = async (
  environment: RingEnvironment,
  which: string,
  status: EntryKind,
  { car: name }: CarChoice = {},
): Promise<SignedRevocationList> => {
  check('the key', which, needed(text));
  const car = await chooseCar(environment.store, name);
  signingSlot(car);
  const about = keyCalled(environment, car, which);
  const hex = toHex(about);
  const change: Change = (entries, since) => {
    const before = entries.find((entry) => toHex(entry.fingerprint) === hex);
    const others = entries.filter((entry) => entry !== before);
    if (status === 'resumed') checkSuspended(before, which.toLowerCase() === hex);
    // What is revoked stays so; suspended would end one day.
    const kind = before?.kind === 'revoked' ? before.kind : status;
    return [...others, { fingerprint: about, since: Math.max(since, before?.since ?? 0), kind }];
  };
  return sign(environment, car.name, change, hex);
};

/** A list that says nothing new but the time, which is what leases wait for. */
export const refresh = async (
  environment: RingEnvironment,
  { car }: CarChoice = {},
): Promise<SignedRevocationList> => {
  const { name } = await chooseCar(environment.store, car);
  return sign(environment, name, (entries) => entries);
};

const sign = (
  environment: RingEnvironment,
  name: string,
  change: Change,
  about?: string,
): Promise<SignedRevocationList> =>
  environment.store.update(name, (car) => {
    const signed = nextList(environment, car, change, { about });
    return { car: signed.car, value: signed.value };
  });

/**
 * The entry with the next list in its outbox. The number is used up, durably, before anybody can see the list: two
 * with the same number would be one of which the car never hears. It is always signed, and never dated further
 * ahead of the car's clock than the car allows.
 * @param above a number that this one is to be higher than, besides those of before
 */
export const nextList = (
  environment: RingEnvironment,
  before: PairedCar,
  change: Change,
  { above = 0, about }: { readonly above?: number; readonly about?: string | undefined } = {},
): CarChange<SignedRevocationList> => {
  const { suite, random } = environment;
  const ownerSlot = signingSlot(before);
  const now = carSeconds(environment, before);
  const car = pruned(before, now);
  const { number: last, floor, entries, issuedAt } = car.revocationList ?? NO_LIST;
  const granted = (car.shared ?? []).filter(({ fingerprint }) => fingerprint === about);
  const since = Math.max(now, ...granted.map((key) => key.issuedAt - TOLERANCE_SECONDS));
  const number = Math.max(last, above) + 1;
  if (number > MAX_NUMBER)
    throw invalid('this phone has no number left for a list', 'Re-key the car.');
  const ahead = now + TOLERANCE_SECONDS;
  // What was dated further ahead, by a clock that was wrong, the car has not taken.
  const first = Math.max(signingSeconds(environment, car), issuedAt > ahead ? 0 : issuedAt);
  const list: OwnRevocationList = {
    number,
    issuedAt: Math.min(first, ahead),
    floor,
    entries: change(entries, since),
  };
  const changed = folded({ ...car, revocationList: list }, now);
  const signed = { ...list, ...changed.revocationList };
  const parts = sealRevocationList(suite, random, car.signing, car.carPublicKey, {
    ...signed,
    ownerSlot,
    epoch: car.epoch ?? 0,
  });
  return {
    car: withOutbox(changed, replaceOwn(parts, car.outbox ?? [])),
    value: {
      uris: parts.map((part) => formatUri({ what: 'revocation-list', revocationList: part })),
      car: car.name,
      number,
      issuedAt: signed.issuedAt,
      ...(about === undefined ? {} : { fingerprint: about }),
      voided: signed.floor > floor ? voided(changed) - voided(car) : 0,
    },
  };
};

const NO_LIST: OwnRevocationList = { number: 0, issuedAt: 0, floor: 0, entries: [] };

const MAX_NUMBER = 2 ** 32 - 1;

const voided = (car: PairedCar): number => {
  const status = statusIn(car);
  return (car.shared ?? []).filter((key) => status(key) === 'void').length;
};

const checkSuspended = (
  entry: RevocationEntry | undefined,
  isNamedByFingerprint: boolean,
): void => {
  if (entry?.kind === 'revoked') {
    throw invalid('that key is revoked, which stays', 'Give it a new grant instead.');
  }
  if (entry?.kind === 'suspended' || isNamedByFingerprint) return;
  throw invalid(
    'this phone has not suspended that key',
    'Where an owner did who is one no more, name it by its fingerprint.',
  );
};

const signingSlot = (car: PairedCar): number =>
  slotOfOwner(
    car,
    `this phone is no owner of ${car.name}, and the car hears owners alone`,
    'Ask an owner to revoke it.',
  );

const keyCalled = (
  { suite }: RingEnvironment,
  { name, shared = [], identity }: PairedCar,
  which: string,
): Uint8Array => {
  const called = shared.filter((each) => each.name === which);
  if (called.length > 1) {
    const fingerprints = called.map((each) => each.fingerprint).join(', ');
    throw invalid(
      `several keys are called "${which}"`,
      `Say which one by its fingerprint: ${fingerprints}.`,
    );
  }
  const known = called[0]?.fingerprint ?? which;
  const bytes = known.length === 16 ? fromHex(known) : undefined;
  if (bytes === undefined) {
    throw invalid(
      `this phone shared no key called "${which}" of ${name}`,
      'Take its fingerprint, which the car tells.',
    );
  }
  if (suite.equal(bytes, fingerprint(suite, identity.publicKey))) {
    throw invalid(
      'that is the key of this phone, which only another owner can suspend or revoke',
      'Let another owner do it, or remove it at the car, unless it is the last owner key.',
    );
  }
  return bytes;
};

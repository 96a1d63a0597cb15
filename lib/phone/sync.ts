import { parseChain } from '../credentials/grant.js';
import {
  isRevocationListFor,
  LEAST_PART_BYTES,
  MOST_PART_BYTES,
} from '../credentials/revocation-list.js';
import { fingerprint } from '../credentials/key-slot.js';
import { formatUri } from '../credentials/uri.js';
import type { Suite } from '../crypto/suite.js';
import { PhoneKeyError } from '../errors.js';
import { nativeRemote } from '../native/phone.js';
import { concat, sameBytes, toHex } from '../platform/bytes.js';
import { accept } from './accepting.js';
import { carSeconds } from './dating.js';
import type { RingEnvironment } from './environment.js';
import { grantsOf } from './grants.js';
import type { Mailbox, MailboxCar } from './mailbox.js';
import { withMail } from './outbox-entries.js';
import { statusIn } from './own-list.js';
import { to } from './store.js';
import type { CarMail, MailedGrant, PairedCar } from './store.js';

/** So much of what a mailbox says is looked at in one go: cars, and objects for each car or account, the newest. */
const MOST_LOOKED_AT = 64;
/** Cars that look the same: somebody plays what one has advertised, and which one is it nobody can tell. */
const MOST_ALIKE = 4;

/** What was exchanged with a mailbox. */
export interface Synced {
  /** Names of cars that this phone has a key for and the mailbox knows. */
  readonly cars: readonly string[];
  /** Parts of revocation lists and grants that were left there now. */
  readonly left: number;
  /** Parts of others' lists that wait for their cars now, in this phone's outbox. */
  readonly taken: number;
  /** Names of cars that this phone got grants for. */
  readonly granted: readonly string[];
  /** Grants of this phone that the mailbox did not take: its account has no rights there, or there is no such account. */
  readonly refused: readonly { readonly car: string; readonly account: string }[];
  /** What it brought and this phone has no use for: of other cars and phones, older than what it has, or junk. */
  readonly ignored: number;
}

interface Counts {
  left: number;
  taken: number;
  ignored: number;
  readonly refused: { readonly car: string; readonly account: string }[];
}

/**
 * Exchanges signed objects with a mailbox, both ways: leaves what waits in this phone for its cars and for other
 * phones, takes what others left. It may end anywhere: each step is durable before the next, and done again it is the
 * same. Nothing that the mailbox brings displaces what was here.
 * @throws PhoneKeyError `cloud.*`, `keys.*`; what was exchanged until then stays
 */
export const sync = async (environment: RingEnvironment, mailbox: Mailbox): Promise<Synced> => {
  const { store } = environment;
  const counts: Counts = { left: 0, taken: 0, ignored: 0, refused: [] };
  const heard = (await mailbox.cars()).slice(0, MOST_LOOKED_AT);
  const known = await knownCars(environment, heard);
  for (const { name, id } of known) {
    await syncLists(environment, mailbox, name, id, counts);
    await leaveGrants(environment, mailbox, name, id, counts);
  }
  const granted = await takeGrants(environment, mailbox, counts);
  // A car that came with its grant just now may have lists waiting, which no other phone brings.
  const came = granted.filter((name) => !known.some((each) => each.name === name));
  for (const { name, id } of came.length === 0 ? [] : await knownCars(environment, heard)) {
    if (came.includes(name)) await syncLists(environment, mailbox, name, id, counts);
  }
  const names = new Set((await store.list()).map(({ name }) => name));
  return {
    ...counts,
    cars: [...new Set(known.map(({ name }) => name))].filter((name) => names.has(name)),
    granted,
  };
};

interface KnownCar {
  readonly name: string;
  readonly id: string;
}

/** By what they advertise, or, while they are away, by the id that they had before: which is remembered. */
const knownCars = async (
  { suite, store }: RingEnvironment,
  heard: readonly MailboxCar[],
): Promise<readonly KnownCar[]> => {
  const cars = await store.list();
  const recognise = nativeRemote.recognise(cars, suite);
  const count = new Map<string, number>();
  const recognised = heard.flatMap(({ id, serviceData }) => {
    const name = recognise({ id, rssi: 0, serviceData })?.car?.name;
    if (name === undefined) return [];
    const alike = (count.get(name) ?? 0) + 1;
    count.set(name, alike);
    return alike > MOST_ALIKE ? [] : [{ name, id }];
  });
  const away = cars.flatMap(({ name, mail }) => {
    const id = mail?.car;
    const isThere = heard.some((each) => each.id === id);
    const isOther = recognised.some((each) => each.id === id || each.name === name);
    return id === undefined || !isThere || isOther ? [] : [{ name, id }];
  });
  for (const { name, id } of recognised) {
    await updated(store, name, (car) =>
      car.mail?.car === id ? car : withMailOf(car, { car: id }),
    );
  }
  return [...recognised, ...away];
};

const withMailOf = (car: PairedCar, mail: CarMail): PairedCar => ({
  ...car,
  mail: { ...car.mail, ...mail },
});

/** Undefined where the entry was forgotten meanwhile. */
const updated = async (
  store: RingEnvironment['store'],
  name: string,
  change: (car: PairedCar) => PairedCar,
): Promise<PairedCar | undefined> => {
  try {
    return await store.update(name, to(change));
  } catch (error) {
    if (error instanceof PhoneKeyError && error.code === 'keys.unknown-car') return undefined;
    throw error;
  }
};

/** Both ways: what waits here for the car and is not there, and what is there and the car has not answered. */
const syncLists = async (
  { suite, store }: RingEnvironment,
  mailbox: Mailbox,
  name: string,
  id: string,
  counts: Counts,
): Promise<void> => {
  const there = (await mailbox.revocationLists(id)).slice(-MOST_LOOKED_AT);
  let before: PairedCar | undefined;
  let parts: readonly Uint8Array[] = [];
  const car = await updated(store, name, (now) => {
    before = now;
    parts = there.filter((part) => isFor(suite, now, part));
    return withMail(suite, now, parts);
  });
  if (car === undefined || before === undefined) return;
  counts.ignored += there.length - parts.length;
  counts.taken += (car.outbox?.length ?? 0) - (before.outbox?.length ?? 0);
  for (const { part } of before.outbox ?? []) {
    if (parts.some((each) => suite.equal(each, part))) continue;
    await mailbox.leaveRevocationList(id, part);
    counts.left += 1;
  }
};

const isFor = (suite: Suite, { carPublicKey }: PairedCar, part: Uint8Array): boolean =>
  part.length >= LEAST_PART_BYTES &&
  part.length <= MOST_PART_BYTES &&
  isRevocationListFor(suite, carPublicKey, part);

/** What this phone has taken back since, or has ended, nobody needs any more. */
const leaveGrants = async (
  environment: RingEnvironment,
  mailbox: Mailbox,
  name: string,
  id: string,
  counts: Counts,
): Promise<void> => {
  const car = await updated(environment.store, name, (now) => {
    const { grants = [] } = now.mail ?? {};
    const worth = grants.filter((each) => isWorthLeaving(environment, now, each));
    return worth.length === grants.length ? now : withMailOf(now, { grants: worth });
  });
  for (const mailed of car?.mail?.grants ?? []) {
    const { account, grant } = mailed;
    try {
      await mailbox.leaveGrant(id, account, concat(car?.carPublicKey ?? grant, grant));
    } catch (error) {
      if (!(error instanceof PhoneKeyError) || error.code !== 'cloud.not-permitted') throw error;
      counts.refused.push({ car: name, account });
      continue;
    }
    counts.left += 1;
    await updated(environment.store, name, (now) =>
      withMailOf(now, {
        grants: (now.mail?.grants ?? []).filter(
          (each) => each.account !== account || !environment.suite.equal(each.grant, grant),
        ),
      }),
    );
  }
};

const isWorthLeaving = (
  environment: RingEnvironment,
  car: PairedCar,
  { grant }: MailedGrant,
): boolean => {
  const links = parseChain(grant);
  const { terms, subject } = links.at(-1) ?? links[0];
  if (terms.notAfter <= carSeconds(environment, car)) return false;
  const name = toHex(fingerprint(environment.suite, subject.publicKey));
  const shared = car.shared?.find((each) => each.fingerprint === name);
  const { issuedAt } = terms;
  return shared === undefined || statusIn(car)({ ...shared, issuedAt }) === 'valid';
};

/**
 * Grants to keys of this phone, as if they had been given by hand; those are not needed there any more. What is for
 * another phone of the account stays, and so does what this one cannot take now.
 */
const takeGrants = async (
  environment: RingEnvironment,
  mailbox: Mailbox,
  counts: Counts,
): Promise<readonly string[]> => {
  const granted = new Set<string>();
  const held = (await environment.store.list()).flatMap((car) => grantsOf(car));
  for (const { id, grant } of (await mailbox.grants()).slice(-MOST_LOOKED_AT)) {
    try {
      const chain = grant.subarray(32);
      const uri = formatUri({ what: 'grant', carPublicKey: grant.subarray(0, 32), chain });
      const { name } = await accept(environment, uri, {}, true);
      if (!held.some((each) => sameBytes(each.grant, chain))) granted.add(name);
    } catch (error) {
      if (!(error instanceof PhoneKeyError) || !IGNORED.has(error.code)) throw error;
      counts.ignored += 1;
      continue;
    }
    await mailbox.confirmGrant(id);
  }
  return [...granted];
};

/** What `accept` says of a grant that this phone does not take. */
const IGNORED: ReadonlySet<string> = new Set([
  'grant.invalid',
  'usage.invalid',
  'protocol.malformed',
]);

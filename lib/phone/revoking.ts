import { fingerprint } from '../credentials/key-slot.js';
import { sealNotice } from '../credentials/notice.js';
import type { EntryKind, NoticeEntry } from '../credentials/notice.js';
import { formatUri } from '../credentials/uri.js';
import { fromHex, toHex } from '../platform/bytes.js';
import { ownFirst } from './carried.js';
import { chooseCar } from './choose.js';
import type { CarChoice } from './choose.js';
import { wallSeconds } from './environment.js';
import type { RingEnvironment } from './environment.js';
import { invalid } from './invalid.js';
import { ownerSlot } from './sharing.js';
import type { OwnNotice, PairedCar } from './store.js';

/** A notice that was signed: on this phone for the car, and for whoever else may carry it. */
export interface SignedNotice {
  /** `phonekey:notice/...`, one for each part; sealed, so that the carrier reads nothing. */
  readonly uris: readonly string[];
  readonly car: string;
  readonly number: number;
  /** When it was signed, in seconds since 1970. */
  readonly stamp: number;
  /** Of the key that it was about, in hex; none for a stamp. */
  readonly fingerprint?: string;
}

/** What becomes of the list. */
type Change = (entries: readonly NoticeEntry[], stamp: number) => readonly NoticeEntry[];

/**
 * Revokes, suspends or resumes a key: the owner's next notice to the car. Nothing is sent; see
 * `outbox.ts`.
 * @param which fingerprint in hex, or the name that it was shared by
 * @param status valid: takes a suspension back but no revocation
 * @throws PhoneKeyError `usage.invalid`, `car.not-permitted`, `keys.*`
 */
export const setKeyStatus = async (
  environment: RingEnvironment,
  which: string,
  status: EntryKind | 'valid',
  { car: name }: CarChoice = {},
): Promise<SignedNotice> => {
  const car = await chooseCar(environment.store, name);
  signingSlot(car);
  const about = keyCalled(environment, car, which);
  const hex = toHex(about);
  const change: Change = (entries, since) => {
    const before = entries.find((entry) => toHex(entry.fingerprint) === hex);
    const others = entries.filter((entry) => entry !== before);
    if (status === 'valid') {
      checkSuspended(before);
      return others;
    }
    // What is revoked stays so; suspended would end one day.
    const kind = before?.kind === 'revoked' ? before.kind : status;
    return [...others, { fingerprint: about, since, kind }];
  };
  return sign(environment, car.name, change, hex);
};

/** A notice that says nothing new but the time, which is what leases wait for. */
export const stamp = async (
  environment: RingEnvironment,
  { car }: CarChoice = {},
): Promise<SignedNotice> => {
  const { name } = await chooseCar(environment.store, car);
  return sign(environment, name, (entries) => entries);
};

/**
 * The number is used up, durably, before anybody can see the notice: two with the same number would be
 * one of which the car never hears.
 */
const sign = async (
  environment: RingEnvironment,
  name: string,
  change: Change,
  about?: string,
): Promise<SignedNotice> => {
  const { suite, random, store } = environment;
  return store.update(name, (now) => {
    const slot = signingSlot(now);
    const at = stampAfter(environment, now, about);
    const number = (now.notice?.number ?? 0) + 1;
    const entries = change(now.notice?.entries ?? [], at);
    const notice: OwnNotice = { number, stamp: at, entries };
    const sealed = { ...notice, ownerSlot: slot };
    const parts = sealNotice(suite, random, now.signing, now.carPublicKey, sealed);
    const uris = parts.map((part) => formatUri({ what: 'notice', notice: part }));
    const said = about === undefined ? {} : { fingerprint: about };
    return {
      car: { ...now, notice, carrying: ownFirst(parts, now.carrying ?? []) },
      value: { uris, car: name, number, stamp: at, ...said },
    };
  });
};

/** Later than the last one, and not before what was granted to the key. */
const stampAfter = (
  environment: RingEnvironment,
  { notice, shared = [] }: PairedCar,
  about: string | undefined,
): number => {
  const grants = shared.filter((each) => each.fingerprint === about);
  return Math.max(
    wallSeconds(environment),
    (notice?.stamp ?? 0) + 1,
    ...grants.map(({ issuedAt }) => issuedAt),
  );
};

const signingSlot = (car: PairedCar): number =>
  ownerSlot(
    car,
    `this phone is no owner of ${car.name}, and the car hears owners alone`,
    'Ask an owner to revoke it: key revoke.',
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
      'Take its fingerprint: key keys list shows it, at the car.',
    );
  }
  if (suite.equal(bytes, fingerprint(suite, identity.publicKey))) {
    throw invalid(
      'that is the key of this phone',
      'Another owner can suspend it; key keys remove takes it away.',
    );
  }
  return bytes;
};

const checkSuspended = (entry: NoticeEntry | undefined): void => {
  if (entry?.kind === 'suspended') return;
  throw entry === undefined
    ? invalid('that key is not suspended', 'Only the phone that suspended a key can resume it.')
    : invalid('that key is revoked, which stays', 'Give it a new grant instead: key share.');
};

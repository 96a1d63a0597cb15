import { fingerprint } from '../credentials/fingerprint.js';
import { sealNotice } from '../credentials/notice.js';
import type { EntryKind, NoticeEntry } from '../credentials/notice.js';
import { formatUri } from '../credentials/uri.js';
import { PhoneKeyError } from '../errors.js';
import { fromHex, toHex } from '../platform/bytes.js';
import { chooseCar, isOwner } from './choose.js';
import { ownFirst } from './carrying.js';
import { wallSeconds } from './environment.js';
import type { PhoneEnvironment } from './environment.js';
import type { OwnNotice, PairedCar } from './store.js';

export interface NoticeOptions {
  /** Which car, by its name; needed where there are several. */
  readonly car?: string;
}

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
 * `carrying.ts`.
 * @param which fingerprint in hex, or the name that it was shared by
 * @param kind undefined: resume, which takes a suspension back but no revocation
 * @throws PhoneKeyError `usage.invalid`, `car.not-permitted`, `keys.*`
 */
export const judge = async (
  environment: PhoneEnvironment,
  which: string,
  kind: EntryKind | undefined,
  options: NoticeOptions,
): Promise<SignedNotice> => {
  const car = await chooseCar(environment, options.car);
  checkOwner(car);
  const about = keyCalled(environment, car, which);
  const change: Change = (entries, since) => {
    const before = entries.find((entry) => sameKey(entry, about));
    if (kind === undefined) checkSuspended(before);
    const others = entries.filter((entry) => entry !== before);
    if (kind === undefined) return others;
    // What is revoked stays so; suspended would end one day.
    const entry = {
      fingerprint: about,
      since,
      kind: before?.kind === 'revoked' ? before.kind : kind,
    };
    return [...others, entry];
  };
  const notice = await sign(environment, car.name, about, change);
  return { ...notice, fingerprint: toHex(about) };
};

/** A notice that says nothing new but the time, which is what leases wait for. */
export const stamp = async (
  environment: PhoneEnvironment,
  options: NoticeOptions,
): Promise<SignedNotice> => {
  const car = await chooseCar(environment, options.car);
  return sign(environment, car.name, undefined, (entries) => entries);
};

/**
 * The number is used up, durably, before anybody can see the notice: two with the same number would be
 * one of which the car never hears.
 */
const sign = async (
  environment: PhoneEnvironment,
  name: string,
  about: Uint8Array | undefined,
  change: Change,
): Promise<SignedNotice> => {
  const { suite, random, store } = environment;
  let parts: readonly Uint8Array[] = [];
  const car = await store.update(name, (now) => {
    const slot = checkOwner(now);
    const at = stampAfter(environment, now, about);
    const number = (now.notice?.number ?? 0) + 1;
    const entries = change(now.notice?.entries ?? [], at);
    const notice: OwnNotice = { number, stamp: at, entries };
    const sealed = { ...notice, ownerSlot: slot };
    parts = sealNotice(suite, random, now.signing, now.carPublicKey, sealed);
    return { ...now, notice, carrying: ownFirst(parts, now.carrying ?? []) };
  });
  const { number = 0, stamp: at = 0 } = car.notice ?? {};
  const uris = parts.map((notice) => formatUri({ what: 'notice', notice }));
  return { uris, car: name, number, stamp: at };
};

/** Later than the last one, and not before what was granted to the key. */
const stampAfter = (
  environment: PhoneEnvironment,
  { notice, shared = [] }: PairedCar,
  about: Uint8Array | undefined,
): number => {
  const hex = about === undefined ? undefined : toHex(about);
  const grants = shared.filter((each) => each.fingerprint === hex);
  return Math.max(
    wallSeconds(environment),
    (notice?.stamp ?? 0) + 1,
    ...grants.map(({ issuedAt }) => issuedAt),
  );
};

/** Gives the slot, in which the car looks for the key that signs. */
const checkOwner = (car: PairedCar): number => {
  if (!isOwner(car)) {
    throw new PhoneKeyError(
      'car.not-permitted',
      `this phone is no owner of ${car.name}, and the car hears owners alone`,
      { hint: 'Ask an owner to revoke it: key revoke.' },
    );
  }
  if (car.slot !== undefined) return car.slot;
  throw new PhoneKeyError('usage.invalid', 'this phone does not know its slot in the car', {
    hint: 'Ask the car once: key keys list.',
  });
};

const keyCalled = (
  { suite }: PhoneEnvironment,
  { name, shared = [], identity }: PairedCar,
  which: string,
): Uint8Array => {
  const called = shared.filter((each) => each.name === which);
  if (called.length > 1) {
    throw new PhoneKeyError('usage.invalid', `several keys are called "${which}"`, {
      hint: `Say which one by its fingerprint: ${called.map((each) => each.fingerprint).join(', ')}.`,
    });
  }
  const known = called[0]?.fingerprint ?? which;
  const bytes = known.length === 16 ? fromHex(known) : undefined;
  if (bytes === undefined) {
    throw new PhoneKeyError(
      'usage.invalid',
      `this phone shared no key called "${which}" of ${name}`,
      {
        hint: 'Take its fingerprint: key keys list shows it, at the car.',
      },
    );
  }
  if (suite.equal(bytes, fingerprint(suite, identity.publicKey))) {
    throw new PhoneKeyError('usage.invalid', 'that is the key of this phone', {
      hint: 'Another owner can suspend it; key keys remove takes it away.',
    });
  }
  return bytes;
};

const checkSuspended = (entry: NoticeEntry | undefined): void => {
  if (entry?.kind === 'suspended') return;
  throw new PhoneKeyError(
    'usage.invalid',
    entry === undefined ? 'that key is not suspended' : 'that key is revoked, which stays',
    entry === undefined
      ? { hint: 'Only the phone that suspended a key can resume it.' }
      : { hint: 'Give it a new grant instead: key share.' },
  );
};

const sameKey = (entry: NoticeEntry, about: Uint8Array): boolean =>
  toHex(entry.fingerprint) === toHex(about);

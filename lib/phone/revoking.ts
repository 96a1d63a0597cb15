import { fingerprint } from '../credentials/key-slot.js';
import { sealRevocationList } from '../credentials/revocation-list.js';
import type { EntryKind, RevocationEntry } from '../credentials/revocation-list.js';
import { formatUri } from '../credentials/uri.js';
import { fromHex, toHex } from '../platform/bytes.js';
import { replaceOwn } from './outbox.js';
import { chooseCar, invalid } from './choose.js';
import type { CarChoice } from './choose.js';
import { wallSeconds } from './environment.js';
import type { RingEnvironment } from './environment.js';
import { ownerSlot } from './sharing.js';
import type { OwnRevocationList, PairedCar } from './store.js';

/** A list that was signed: in the outbox of this phone, and for whoever else may relay it. */
export interface SignedRevocationList {
  /** `phonekey:notice/...`, one for each part; sealed, so that who relays it reads nothing. */
  readonly uris: readonly string[];
  readonly car: string;
  readonly number: number;
  /** When it was signed, in seconds since 1970. */
  readonly issuedAt: number;
  /** Of the key that it was about, in hex; none where nothing changed. */
  readonly fingerprint?: string;
}

/** What becomes of the list. */
type Change = (entries: readonly RevocationEntry[], issuedAt: number) => readonly RevocationEntry[];

/**
 * Revokes, suspends or resumes a key: the owner's next revocation list to the car. Nothing is sent; see
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
): Promise<SignedRevocationList> => {
  const car = await chooseCar(environment.store, name);
  signingSlot(car);
  const about = keyCalled(environment, car, which);
  const hex = toHex(about);
  const change: Change = (entries, since) => {
    const before = entries.find((entry) => toHex(entry.fingerprint) === hex);
    const others = entries.filter((entry) => entry !== before);
    if (status === 'valid') {
      if (before?.kind === 'suspended') return others;
      throw before === undefined
        ? invalid('that key is not suspended', 'Only the phone that suspended a key can resume it.')
        : invalid('that key is revoked, which stays', 'Give it a new grant instead: key share.');
    }
    // What is revoked stays so; suspended would end one day.
    const kind = before?.kind === 'revoked' ? before.kind : status;
    return [...others, { fingerprint: about, since, kind }];
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

/**
 * The number is used up, durably, before anybody can see the list: two with the same number would be
 * one of which the car never hears.
 */
const sign = async (
  environment: RingEnvironment,
  name: string,
  change: Change,
  about?: string,
): Promise<SignedRevocationList> => {
  const { suite, random, store } = environment;
  return store.update(name, (now) => {
    const slot = signingSlot(now);
    const at = issuedAfter(environment, now, about);
    const number = (now.revocationList?.number ?? 0) + 1;
    const entries = change(now.revocationList?.entries ?? [], at);
    const revocationList: OwnRevocationList = { number, issuedAt: at, entries };
    const sealed = { ...revocationList, ownerSlot: slot };
    const parts = sealRevocationList(suite, random, now.signing, now.carPublicKey, sealed);
    const uris = parts.map((part) => formatUri({ what: 'notice', revocationList: part }));
    const said = about === undefined ? {} : { fingerprint: about };
    return {
      car: { ...now, revocationList, outbox: replaceOwn(parts, now.outbox ?? []) },
      value: { uris, car: name, number, issuedAt: at, ...said },
    };
  });
};

/** Later than the last one, and not before what was granted to the key. */
const issuedAfter = (
  environment: RingEnvironment,
  { revocationList, shared = [] }: PairedCar,
  about: string | undefined,
): number => {
  const grants = shared.filter((each) => each.fingerprint === about);
  return Math.max(
    wallSeconds(environment),
    (revocationList?.issuedAt ?? 0) + 1,
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

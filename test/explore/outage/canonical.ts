import type { Rights } from '../../../firmware-sim/rights/rights.js';
import {
  openRevocationList,
  revocationListTagKey,
} from '../../../lib/credentials/revocation-list.js';
import type { PairedCar } from '../../../lib/phone/store.js';
import { toHex } from '../../../lib/platform/bytes.js';
import { CAR, KEYS, OWNERS, suite } from '../cast.js';
import type { Part } from './state.js';

/**
 * States in which the same can happen from now on are the same state: what is kept in some order that nothing depends
 * on is kept in one order. Each says why.
 */
export const canonical = (part: Part, value: unknown): unknown => {
  if (part === 'rights') return rightsOf(value as Rights);
  if (part === 'lists') return bySigner(value as readonly Uint8Array[], (each) => each);
  return part === 'Ada' || part === 'Ben' || part === 'Gus' ? phoneOf(value as PairedCar) : value;
};

/** What is remembered for an owner, and against a key for one of the kinds, is found by name: far fewer than fold. */
const rightsOf = (rights: Rights): Rights => ({
  ...rights,
  own: { ...rights.own, entries: inOrder(rights.own.entries, entryName) },
  owners: inOrder(rights.owners, ({ owner }) => toHex(owner)).map((owner) => ({
    ...owner,
    entries: inOrder(owner.entries, entryName),
  })),
});

const entryName = (entry: { readonly kind: string; readonly fingerprint: Uint8Array }): string =>
  entry.kind + toHex(entry.fingerprint);

/** What the car has answered is a set, of which the oldest goes after 128; here there are no more than 8. */
const phoneOf = (car: PairedCar): PairedCar => ({
  ...car,
  ...(car.outbox && {
    outbox: bySigner(car.outbox, ({ part, own }) => (own ? undefined : part)),
  }),
  ...(car.mail?.answered && {
    mail: { ...car.mail, answered: car.mail.answered.toSorted() },
  }),
});

const inOrder = <T>(all: readonly T[], name: (each: T) => string): readonly T[] =>
  all.toSorted((a, b) => (name(a) < name(b) ? -1 : Number(name(a) > name(b))));

/**
 * Lists of one owner stay in their order. Those of two owners change what the car remembers for each of them, and both
 * take the guest out of its slot if they take him: it is the same in either order, as long as no list is about owners.
 */
const bySigner = <T>(all: readonly T[], part: (each: T) => Uint8Array | undefined): readonly T[] =>
  all.toSorted((a, b) => signer(part(a)) - signer(part(b)));

const signers = new WeakMap<Uint8Array, number>();
const TAG_KEY = revocationListTagKey(suite, CAR.publicKey);

const signer = (part: Uint8Array | undefined): number => {
  if (part === undefined) return -1;
  const known = signers.get(part);
  if (known !== undefined) return known;
  const ownerKey = (slot: number) => {
    const owner = OWNERS[slot];
    return owner && KEYS[owner].signing.publicKey;
  };
  const opened = openRevocationList(suite, part, { identity: CAR, tagKey: TAG_KEY, ownerKey });
  const made = opened?.ownerSlot ?? OWNERS.length;
  signers.set(part, made);
  return made;
};

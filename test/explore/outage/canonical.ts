import type { Rights } from '../../../firmware-sim/rights/rights.js';
import type { PairedCar } from '../../../lib/phone/store.js';
import { toHex } from '../../../lib/platform/bytes.js';
import type { Part } from './state.js';

/**
 * States in which the same can happen from now on are the same state: what is kept in some order that nothing depends
 * on is kept in one order. Each says why.
 */
export const canonical = (part: Part, value: unknown): unknown => {
  if (part === 'rights') return rightsOf(value as Rights);
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

/**
 * What the car has answered is a set, of which the oldest goes after 128; here there are no more than 10. The order of
 * what waits counts: a guest whose key goes with the first list brings no second one.
 */
const phoneOf = (car: PairedCar): PairedCar => {
  const { mail } = car;
  return mail?.answered === undefined
    ? car
    : { ...car, mail: { ...mail, answered: mail.answered.toSorted() } };
};

const inOrder = <T>(all: readonly T[], name: (each: T) => string): readonly T[] =>
  all.toSorted((a, b) => (name(a) < name(b) ? -1 : Number(name(a) > name(b))));

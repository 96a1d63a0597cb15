import { lastTerms } from '../credentials/grant.js';
import type { GrantTerms } from '../credentials/grant.js';
import { fingerprint } from '../credentials/key-slot.js';
import type { Suite } from '../crypto/suite.js';
import { toHex } from '../platform/bytes.js';
import { refusedList } from './outbox-entries.js';
import type { ListRefusal, PairedCar } from './store.js';

/** What applications see of an entry as it is: nothing secret, and nothing that is of use to a phone alone. */
const SHOWN = [
  'name',
  'dialect',
  'state',
  'unconfirmed',
  'role',
  'slot',
  'epoch',
  'clockOffset',
  'mark',
  'floor',
] as const satisfies readonly (keyof Car & keyof PairedCar)[];

/** A car that this phone has a key for, as applications see it: the keys themselves only a store sees. */
export interface Car extends Pick<
  PairedCar,
  | 'name'
  | 'dialect'
  | 'state'
  | 'unconfirmed'
  | 'role'
  | 'slot'
  | 'epoch'
  | 'clockOffset'
  | 'mark'
  | 'floor'
> {
  /** X25519, 32 bytes: the car's identity. */
  readonly publicKey: Uint8Array;
  /** Of this phone's key, as the car lists it: hex, the first 8 bytes of SHA-512. */
  readonly fingerprint: string;
  /** What the grant says by which this phone has its key; none for one that was paired at the car. */
  readonly grant?: GrantTerms;
  /** What the others say that it has to the same key, in the order in which they would be shown. */
  readonly otherGrants?: readonly GrantTerms[];
  /** How many parts of revocation lists wait for the car. */
  readonly outbox: number;
  /** Why the car did not take this phone's own list, where it was asked and did not. */
  readonly refused?: ListRefusal;
}

export const carOf = (suite: Suite, car: PairedCar): Car => {
  const shown = SHOWN.filter((key) => car[key] !== undefined).map((key) => [key, car[key]]);
  const refused = refusedList(car);
  return {
    ...(Object.fromEntries(shown) as Pick<PairedCar, (typeof SHOWN)[number]>),
    publicKey: car.carPublicKey.slice(),
    fingerprint: toHex(fingerprint(suite, car.identity.publicKey)),
    ...(car.grant && { grant: lastTerms(car.grant) }),
    ...(car.otherGrants && { otherGrants: car.otherGrants.map(({ grant }) => lastTerms(grant)) }),
    outbox: (car.outbox ?? []).length,
    ...(refused && { refused }),
  };
};

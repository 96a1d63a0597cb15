import type { FormFactor } from '../domain/names.js';
import type { PairingRefusal, Refusal } from '../domain/refusals.js';
import type { Role } from '../domain/roles.js';
import * as schema from './schema/gen/phonekey.js';
import { CLOSURES } from '../domain/closures.js';
import type { Closure } from '../domain/closures.js';

/** Domain words and their numbers in the schema: a word without one does not compile. */

/** Of words that share a number, the first is the one that comes back. */
const numbers = <W extends string, N extends number>(table: Readonly<Record<W, N>>) => {
  const entries = Object.entries<N>(table) as [W, N][];
  const words = new Map<number, W>(entries.reverse().map(([word, number]) => [number, word]));
  return {
    of: (word: W): N => table[word],
    /** Undefined for a number that only later versions know. */
    word: (number: number): W | undefined => words.get(number),
  };
};

export const roles = numbers<Role | 'none', schema.Role>({
  none: schema.Role.UNSPECIFIED,
  owner: schema.Role.OWNER,
  driver: schema.Role.DRIVER,
  guest: schema.Role.GUEST,
  valet: schema.Role.VALET,
  service: schema.Role.SERVICE,
});

export const formFactors = numbers<FormFactor | 'unknown', schema.FormFactor>({
  unknown: schema.FormFactor.UNSPECIFIED,
  phone: schema.FormFactor.PHONE,
  watch: schema.FormFactor.WATCH,
  tablet: schema.FormFactor.TABLET,
  computer: schema.FormFactor.COMPUTER,
  fob: schema.FormFactor.FOB,
  card: schema.FormFactor.CARD,
});

/** For a message that may leave it out: one that only later versions know counts as left out. */
export const knownFormFactor = (number: number): { readonly formFactor?: FormFactor } => {
  const formFactor = formFactors.word(number) ?? 'unknown';
  return formFactor === 'unknown' ? {} : { formFactor };
};

const { RefusalReason } = schema;

export const refusals = numbers<Refusal, schema.RefusalReason>({
  unknown: RefusalReason.UNSPECIFIED,
  'not-permitted': RefusalReason.NOT_PERMITTED,
  'unknown-command': RefusalReason.UNKNOWN_COMMAND,
  'door-open': RefusalReason.DOOR_OPEN,
  driving: RefusalReason.DRIVING,
  'no-such-key': RefusalReason.NO_SUCH_KEY,
  'last-owner': RefusalReason.LAST_OWNER,
  fault: RefusalReason.FAULT,
  suspended: RefusalReason.SUSPENDED,
  'not-yet': RefusalReason.NOT_YET,
  expired: RefusalReason.EXPIRED,
  'used-up': RefusalReason.USED_UP,
  'lease-over': RefusalReason.LEASE_OVER,
  'clock-lost': RefusalReason.CLOCK_LOST,
  'pin-needed': RefusalReason.PIN_NEEDED,
  'pin-wrong': RefusalReason.PIN_WRONG,
  'pin-locked': RefusalReason.PIN_LOCKED,
  'slots-full': RefusalReason.SLOTS_FULL,
  'grant-invalid': RefusalReason.GRANT_INVALID,
  'revocation-list-invalid': RefusalReason.REVOCATION_LIST_INVALID,
  'owner-key': RefusalReason.OWNER_KEY,
  'own-key': RefusalReason.OWN_KEY,
  'dated-ahead': RefusalReason.DATED_AHEAD,
  'grant-void': RefusalReason.GRANT_VOID,
  'revocation-list-old': RefusalReason.REVOCATION_LIST_OLD,
  'too-late': RefusalReason.TOO_LATE,
  'last-card': RefusalReason.LAST_CARD,
  busy: RefusalReason.BUSY,
  'name-invalid': RefusalReason.NAME_INVALID,
  superseded: RefusalReason.SUPERSEDED,
  // What only happens by hand has no number of its own.
  'card-unknown': RefusalReason.NOT_PERMITTED,
  'card-known': RefusalReason.NOT_PERMITTED,
  locked: RefusalReason.NOT_PERMITTED,
  'not-authorised': RefusalReason.NOT_PERMITTED,
});

export const pairingRefusals = numbers<PairingRefusal, schema.PairRefusalReason>({
  closed: schema.PairRefusalReason.CLOSED,
  failed: schema.PairRefusalReason.FAILED,
  'slots-full': schema.PairRefusalReason.SLOTS_FULL,
  fault: schema.PairRefusalReason.FAULT,
  'last-owner': schema.PairRefusalReason.LAST_OWNER,
  'key-mismatch': schema.PairRefusalReason.KEY_MISMATCH,
  'name-invalid': schema.PairRefusalReason.NAME_INVALID,
});

/** Bit mask of open closures as the schema has it: 1 front left, ... 32 frunk. */
export const closureMask = (open: readonly Closure[]): number =>
  CLOSURES.reduce((mask, closure, bit) => (open.includes(closure) ? mask | (1 << bit) : mask), 0);

/** Undoes `closureMask`; bits that no closure has are ignored. */
export const closuresIn = (mask: number): Closure[] =>
  CLOSURES.filter((_, bit) => (mask & (1 << bit)) !== 0);

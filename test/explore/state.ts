import type { RevocationListPart } from '../../lib/credentials/revocation-list.js';
import type { Role } from '../../lib/domain/roles.js';
import { closedWindow } from '../../firmware-sim/pairing-window.js';
import type { WindowState } from '../../firmware-sim/pairing-window.js';
import type { Rights } from '../../firmware-sim/rights/rights.js';
import { noRevocations } from '../../firmware-sim/rights/revocations.js';
import { text } from './text.js';
import type { Person } from './cast.js';

/** When every story begins: seconds since 1970. */
export const START = 1_000_000;

/**
 * Something by which a key is to be let in: a pairing at the car, or a grant that somebody signed. What is
 * in here is what happened, not what the car makes of it.
 */
export interface Word {
  readonly kind: 'pairing' | 'grant';
  /** The owner whose signature it begins with; who pairs, gives it himself. */
  readonly by: Person;
  /** Who is named by its links, the bearer last. */
  readonly path: readonly Person[];
  /** What each link says when it was signed. */
  readonly dates: readonly number[];
  readonly role: Role;
  /** 0: no limit. */
  readonly uses: number;
  readonly chain: Uint8Array;
  /** For which it was signed, or in which. */
  readonly epoch: number;
  /** How many lists had been signed before. */
  readonly after: number;
  /** Something that happened since takes it back for good. */
  readonly void: boolean;
  /** A list that revokes it, which counted. */
  readonly revokedBy?: number;
  /** The car has let somebody in by it. */
  readonly seen: boolean;
  /** How often its bearer has unlocked by it. */
  readonly unlocks: number;
}

/** A revocation list as it was signed. */
export interface List {
  readonly by: Person;
  readonly parts: readonly RevocationListPart[];
  readonly about: readonly {
    readonly person: Person;
    readonly kind: 'revoked' | 'suspended' | 'resumed';
    readonly since: number;
  }[];
  /** How many words there were before. */
  readonly after: number;
  /** Its signer was removed since. */
  readonly void: boolean;
  /** Bit n: the car has had part n, from an owner who counted. */
  readonly had: number;
}

/** A list of an owner who counts has suspended somebody, and nobody has lifted it. */
export interface Hold {
  readonly list: number;
  readonly person: Person;
  readonly kind: 'revoked' | 'suspended';
}

/** What a card on the console allows: one pairing, within two minutes. */
export interface Tap {
  readonly role: Role;
  readonly at: number;
  readonly tries: number;
  /** Somebody has paired by it. */
  readonly done: boolean;
}

export interface State {
  /** What the car has. */
  readonly rights: Rights;
  /** The true time, in seconds since 1970; the clock in the car runs with it. */
  readonly now: number;
  readonly words: readonly Word[];
  readonly lists: readonly List[];
  readonly holds: readonly Hold[];
  /** By which word each person in a slot got it: an index. */
  readonly slots: Readonly<Partial<Record<Person, number>>>;
  /** The pairing window of the car. */
  readonly window: WindowState;
  /** The card on the console, which opened the last window. */
  readonly tap?: Tap;
  /** The number of the next list of an owner's phone. */
  readonly numbers: Readonly<Partial<Record<Person, number>>>;
}

export const newState: State = {
  rights: {
    keys: [],
    epoch: 0,
    clock: { offset: 0, floor: 0, lost: false },
    own: noRevocations,
    owners: [],
  },
  now: START,
  words: [],
  lists: [],
  holds: [],
  slots: {},
  window: closedWindow,
  numbers: {},
};

/**
 * The same text for states in which the same can happen from now on, and means the same. What was signed is a
 * set: of its order matters only what was signed before which list, and before its owner's pairing. Of what is
 * void only what it is made of matters, and of a pairing that nobody has a slot by, that it was one.
 */
export const canonical = ({
  rights,
  now,
  words,
  lists,
  holds,
  slots,
  numbers,
  window,
  tap,
}: State): string => {
  const { keys, epoch, clock, own, owners } = rights;
  const live = new Set(Object.values(slots));
  const told = words.map((word, index) => {
    const { kind, by, path, dates, uses } = word;
    if (kind === 'pairing' && !live.has(index)) return '';
    if (word.void) return text([path, by, dates, uses, word.epoch]);
    const { after, revokedBy, seen, unlocks } = word;
    const before = index < (slots[by] ?? -1);
    const here = live.has(index);
    return text([
      kind,
      by,
      path,
      dates,
      uses,
      word.epoch,
      after,
      revokedBy,
      seen,
      unlocks,
      before,
      here,
    ]);
  });
  return text([
    now,
    epoch,
    clock,
    keys.map(({ slot, name, role, pairedAt, grant }) => [
      slot,
      name,
      role,
      pairedAt,
      grant && [grant.terms.issuedAt, grant.terms.ownerSlot, grant.used, grant.path],
    ]),
    own,
    owners,
    told.sort(),
    lists.map((list) => [list.by, list.parts, list.void, list.had]),
    holds.map(text).sort(),
    window,
    tap,
    numbers,
  ]);
};

import { revocationsOf } from '../../firmware-sim/rights/rights.js';
import type { Rights } from '../../firmware-sim/rights/rights.js';
import { sameBytes } from '../../lib/platform/bytes.js';
import { CAR, KEYS, suite } from './cast.js';
import type { Person } from './cast.js';
import type { State, Word } from './state.js';

/** What has happened, and what it means: told beside the car, so that the properties can ask. */

/** A rule was broken. */
export class Broken extends Error {}

export const broken = (property: string, what: string): never => {
  throw new Broken(`${property}: ${what}`);
};

/** The refusals that the rules about rights can give: each must be met somewhere. */
export const REFUSALS: readonly string[] = [
  ...['slots-full', 'last-owner', 'key-mismatch'].map((each) => `pairing: ${each}`),
  ...[
    'grant-invalid',
    'grant-void',
    'dated-ahead',
    'suspended',
    'not-yet',
    'expired',
    'clock-lost',
    'slots-full',
  ].map((each) => `grant: ${each}`),
  ...['suspended', 'expired', 'used-up', 'clock-lost'].map((each) => `unlock: ${each}`),
  ...['revocation-list-invalid', 'revocation-list-old', 'dated-ahead', 'own-key'].map(
    (each) => `list: ${each}`,
  ),
  ...['pin-needed', 'pin-wrong', 'pin-locked'].map((each) => `pin: ${each}`),
];

/** Every refusal that was met, and how often. */
export const refusalsMet = new Map<string, number>();

export const met = (what: string, refusal: string): State | undefined => {
  const name = `${what}: ${refusal}`;
  refusalsMet.set(name, (refusalsMet.get(name) ?? 0) + 1);
  return undefined;
};

export interface Limits {
  readonly slots: number;
  readonly mostRevocations: number;
}

export const contextOf = ({ now }: State, { slots, mostRevocations }: Limits) => ({
  suite,
  wallMs: now * 1000,
  carPublicKey: CAR.publicKey,
  slots,
  mostRevocations,
});

export const keyOf = (rights: Rights, person: Person) =>
  rights.keys.find(({ publicKey }) => publicKey === KEYS[person].identity.publicKey);

export const isOwner = (rights: Rights, person: Person): boolean =>
  keyOf(rights, person)?.role === 'owner';

/** A list of an owner who counted has taken this owner's rights, after his pairing. */
export const isRestrained = (state: State, person: Person): boolean => {
  const pairing = state.slots[person];
  return (
    pairing !== undefined &&
    isOwner(state.rights, person) &&
    state.holds.some(
      (hold) => hold.person === person && pairing < (state.lists[hold.list]?.after ?? 0),
    )
  );
};

/** The words that are void from now on. */
export const voiding = (state: State, isVoid: (word: Word, index: number) => boolean): State => ({
  ...state,
  words: state.words.map((word, index) =>
    !word.void && isVoid(word, index) ? { ...word, void: true } : word,
  ),
});

/** The lists, those void that these owners have signed until now. */
export const withoutListsOf = ({ lists }: State, owners: readonly Person[]): State['lists'] =>
  lists.map((list) => (owners.includes(list.by) ? { ...list, void: true } : list));

/** Takes from `slots` who is in none any more. */
export const settled = (state: State, rights: Rights): State => ({
  ...state,
  rights,
  slots: Object.fromEntries(
    Object.entries(state.slots).filter(([person]) => keyOf(rights, person as Person) !== undefined),
  ),
});

/** Whether what this word gave was taken back, and must have no effect. */
export const isTakenBack = (state: State, word: Word, index: number): boolean =>
  word.void ||
  (word.revokedBy !== undefined && !isForgotten(state, word, word.revokedBy)) ||
  state.holds.some(
    (hold) =>
      word.path.includes(hold.person) &&
      index < (state.lists[hold.list]?.after ?? 0) &&
      !isForgotten(state, word, hold.list),
  );

/**
 * What is not promised: an owner's list is full, and what it said has folded into his own floor, which says
 * nothing about another owner's grant that the car has never seen.
 */
const isForgotten = ({ rights, lists }: State, word: Word, index: number): boolean => {
  const { by } = lists[index] ?? {};
  if (by === undefined || by === word.by || word.seen) return false;
  const { entries, floor } = revocationsOf(rights, KEYS[by].fingerprint);
  const isAbout = (about: Uint8Array): boolean =>
    word.path.some((person) => sameBytes(KEYS[person].fingerprint, about));
  return floor.until > 0 && !entries.some((entry) => isAbout(entry.fingerprint));
};

import type { Role } from '../../lib/domain/roles.js';
import { NO_END, TOLERANCE_SECONDS } from '../../lib/credentials/grant.js';
import type { GrantTerms } from '../../lib/credentials/grant.js';
import type { CommandName } from '../../lib/domain/commands.js';
import { admitKey } from '../../firmware-sim/rights/admission.js';
import { runningTime } from '../../firmware-sim/rights/clock.js';
import { withoutKey } from '../../firmware-sim/rights/departure.js';
import { pairKey } from '../../firmware-sim/rights/pairing.js';
import { useKey } from '../../firmware-sim/rights/use.js';
import { signingTerms } from '../../firmware-sim/rights/terms.js';
import { KEYS, phoneOf, signed, suite } from './cast.js';
import type { Person } from './cast.js';
import type { State, Word } from './state.js';
import {
  broken,
  met,
  withoutListsOf,
  contextOf,
  keyOf,
  isOwner,
  isRestrained,
  voiding,
  settled,
  isTakenBack,
} from './facts.js';
import type { Limits } from './facts.js';

/** What can happen, by the car's own functions; and beside it what that means, which the properties ask. */

/** Time passes. */
export const wait = (state: State, seconds: number): State => ({
  ...state,
  now: state.now + seconds,
});

/** A person holds the card at the car, and a phone pairs that has both of its keys. */
export const pair = (
  state: State,
  person: Person,
  role: Role,
  limits: Limits,
): State | undefined => {
  const before = keyOf(state.rights, person);
  const wasOwner = isOwner(state.rights, person);
  const wasRestrained = isRestrained(state, person);
  const paired = pairKey(state.rights, phoneOf(person), role, contextOf(state, limits));
  if (typeof paired === 'string') {
    if (paired === 'key-mismatch') broken('pairing', paired);
    return met('pairing', paired);
  }
  const isLast = wasOwner && state.rights.keys.filter((key) => key.role === 'owner').length === 1;
  if (isLast && paired.key.role !== 'owner') broken('pairing', 'the last owner was lowered');
  const ownerless = !state.rights.keys.some((key) => key.role === 'owner');
  if (paired.key.role !== (ownerless ? 'owner' : role))
    broken('pairing', 'another role than that of the window');
  if (before !== undefined && before.slot !== paired.key.slot) broken('pairing', 'another slot');
  const word: Word = {
    kind: 'pairing',
    by: person,
    path: [person],
    dates: [],
    role: paired.key.role,
    uses: 0,
    chain: new Uint8Array(0),
    epoch: state.rights.epoch,
    after: state.lists.length,
    void: false,
    seen: true,
    unlocks: 0,
  };
  // Who is no owner any more, or was suspended, has signed nothing that lets anybody in from now on.
  const lost = wasOwner && paired.key.role !== 'owner';
  const admitted = new Set(Object.values(state.slots));
  const after = voiding(
    state,
    ({ kind, by }, index) =>
      kind === 'grant' && by === person && (lost || (wasRestrained && !admitted.has(index))),
  );
  const words = [...after.words, word];
  const lists = lost || wasRestrained ? withoutListsOf(state, [person]) : state.lists;
  return settled(
    { ...after, words, lists, slots: { ...state.slots, [person]: words.length - 1 } },
    paired.rights,
  );
};

/** A window of the card, and a phone that has somebody's X25519 key, but not the Ed25519 key. */
export const pairWithStolenKey = (
  state: State,
  person: Person,
  limits: Limits,
): State | undefined => {
  const { signingKey } = phoneOf('Hal');
  const before = keyOf(state.rights, person);
  if (before === undefined || before.grant !== undefined || person === 'Hal') return undefined;
  const phone = { ...phoneOf(person), signingKey };
  const paired = pairKey(state.rights, phone, 'driver', contextOf(state, limits));
  return typeof paired === 'string'
    ? met('pairing', paired)
    : broken('pairing', `${person}'s signing key was replaced`);
};

export type Dating = 'honest' | 'back' | 'ahead' | 'twice' | 'far';

export interface Grant {
  readonly by: Person;
  readonly to: Person;
  /** Who has a grant to hand on, where it is not the owner himself who signs. */
  readonly through?: Person;
  readonly dating: Dating;
  readonly uses?: number;
  readonly delegations?: number;
  /** Begins so many seconds from now, and holds for five minutes. */
  readonly begins?: number;
  readonly leaseHours?: number;
  /** Signed for the epoch to come. */
  readonly early?: boolean;
}

/** By what the car told: its time, later than its mark, its floor, and what this owner said of the key. */
const honestDate = (
  { rights, now, lists }: State,
  by: Person,
  to?: Person,
): { readonly date: number; readonly time: number } => {
  const key = keyOf(rights, by);
  const terms = signingTerms(rights, key, 'status', { suite, wallMs: now * 1000 });
  const time = terms.time === 0 ? now : terms.time;
  const said = lists
    .filter(({ by: signer, parts: [part] }) => signer === by && part?.epoch === rights.epoch)
    .flatMap(({ about }) => about)
    .filter(({ person, since, kind }) => person === to && kind !== 'resumed' && since < NO_END)
    .map(({ since }) => since + TOLERANCE_SECONDS + 1);
  return { date: Math.max(time, terms.mark + 1, terms.floor + 1, ...said), time };
};

/** For how many seconds an honest phone waits before it signs: what it dates ahead would be refused. */
export const patienceFor = (state: State, by: Person, to: Person): number => {
  const { date, time } = honestDate(state, by, to);
  return Math.max(0, date - time - TOLERANCE_SECONDS);
};

export const dated = (
  state: State,
  { by, to, dating }: Pick<Grant, 'by' | 'to' | 'dating'>,
): number | undefined => {
  switch (dating) {
    case 'honest': {
      const { date, time } = honestDate(state, by, to);
      return date > time + TOLERANCE_SECONDS ? undefined : date;
    }
    case 'back':
      return 1;
    case 'ahead':
      return state.now + TOLERANCE_SECONDS;
    case 'twice':
      return state.now + 2 * TOLERANCE_SECONDS;
    case 'far':
      return state.now + 10 * TOLERANCE_SECONDS;
  }
};

/** An owner signs a grant, or a guest hands one on. Nobody sees it yet. */
export const grant = (
  state: State,
  { by, to, through, dating, uses = 0, delegations = 0, begins, leaseHours = 0, early }: Grant,
): State | undefined => {
  const outer =
    through &&
    state.words.find(
      (word) =>
        word.kind === 'grant' &&
        word.by === by &&
        word.path.length === 1 &&
        word.path[0] === through &&
        word.uses === 0,
    );
  if (through !== undefined && outer === undefined) return undefined;
  const wanted = dated(state, { by, to, dating });
  if (wanted === undefined) return undefined;
  const date = Math.max(wanted, ...(outer?.dates ?? []));
  const slot = keyOf(state.rights, by)?.slot ?? 0;
  const epoch = state.rights.epoch + (early === true ? 1 : 0);
  const terms: GrantTerms = {
    role: 'guest',
    issuedAt: date,
    notBefore: begins === undefined ? 0 : state.now + begins,
    notAfter: begins === undefined ? NO_END : state.now + begins + 300,
    uses,
    leaseHours,
    delegations: through === undefined ? delegations : 0,
    epoch,
    ownerSlot: slot,
  };
  const before = outer?.chain ?? new Uint8Array(0);
  const link = signed(through ?? by, to, before, terms);
  const word: Word = {
    kind: 'grant',
    by,
    path: [...(outer?.path ?? []), to],
    dates: [...(outer?.dates ?? []), date],
    role: 'guest',
    uses,
    chain: new Uint8Array([...before, ...link]),
    epoch,
    after: state.lists.length,
    // Who is suspended signs nothing that counts.
    void: isRestrained(state, by) || outer?.void === true,
    seen: false,
    unlocks: 0,
  };
  return { ...state, words: [...state.words, word] };
};

/** Somebody shows a grant that was ever signed for him. */
export const show = (state: State, index: number, limits: Limits): State | undefined => {
  const word = state.words[index];
  const bearer = word?.path.at(-1);
  if (word === undefined || bearer === undefined || word.kind !== 'grant') return undefined;
  const introduction = { grants: word.chain, name: bearer };
  const publicKey = KEYS[bearer].identity.publicKey;
  const outcome = admitKey(state.rights, publicKey, introduction, contextOf(state, limits));
  if (typeof outcome === 'string') return met('grant', outcome);
  if (outcome.rights === undefined) return undefined;
  const what = `${bearer} was let in by a grant of ${word.by}`;
  if (isTakenBack(state, word, index)) broken('what was taken away stays away', what);
  if (isRestrained(state, word.by)) broken('a suspended owner gives nothing', what);
  if (!isOwner(state.rights, word.by)) broken('nobody has a right that no owner gave', what);
  const running = runningTime(state.rights.clock, state.now * 1000);
  if (running === undefined || word.dates.some((date) => date > running + TOLERANCE_SECONDS)) {
    broken('nothing dated ahead counts', what);
  }
  const { revokedBy, ...rest } = word;
  // What was forgotten stays so.
  const forgotten =
    revokedBy !== undefined || state.holds.some((hold) => word.path.includes(hold.person));
  const words = state.words.map((each) => (each === word ? { ...rest, seen: !forgotten } : each));
  return settled({ ...state, words, slots: { ...state.slots, [bearer]: index } }, outcome.rights);
};

/** A person uses the key in the slot. */
export const unlock = (state: State, person: Person, limits: Limits): State | undefined => {
  const key = keyOf(state.rights, person);
  const index = state.slots[person];
  const word = index === undefined ? undefined : state.words[index];
  if (key === undefined || index === undefined || word === undefined) return undefined;
  const use = useKey(state.rights, key, 'unlock', contextOf(state, limits));
  if (typeof use === 'string') return met('unlock', use);
  if (key.role !== 'owner' && isTakenBack(state, word, index)) {
    broken('what was taken away stays away', `${person} unlocked`);
  }
  if (word.uses === 0) return state;
  if (word.unlocks >= word.uses)
    broken('uses are never given back', `${person} unlocked once more`);
  return {
    ...state,
    rights: use.rights,
    words: state.words.map((each) =>
      each === word ? { ...word, unlocks: word.unlocks + 1 } : each,
    ),
  };
};

/** The card at the screen, or a key over the air, takes a key out. */
export const remove = (state: State, person: Person, limits: Limits): State | undefined => {
  const key = keyOf(state.rights, person);
  if (key === undefined) return undefined;
  const owners = state.rights.keys.filter(({ role }) => role === 'owner');
  if (key.role === 'owner' && owners.length === 1) return undefined;
  const { rights } = withoutKey(state.rights, key, contextOf(state, limits));
  if (keyOf(rights, person) !== undefined) broken('the card can always remove', person);
  const after = voiding(
    state,
    ({ path, by }) => path.includes(person) || (key.role === 'owner' && by === person),
  );
  return settled(
    {
      ...after,
      lists: withoutListsOf(state, [person]),
    },
    rights,
  );
};

export const LEFT: ReadonlySet<CommandName> = new Set(['unlock', 'lock', 'status', 'deliver']);

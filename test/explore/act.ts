import type { Role } from '../../lib/domain/roles.js';
import { NO_END, TOLERANCE_SECONDS } from '../../lib/credentials/grant.js';
import type { GrantTerms } from '../../lib/credentials/grant.js';
import { decide } from '../../lib/credentials/policy.js';
import type { RevocationListPart } from '../../lib/credentials/revocation-list.js';
import type { CommandName } from '../../lib/domain/commands.js';
import { admitKey, signingKeyIn } from '../../firmware-sim/rights/admission.js';
import { runningTime } from '../../firmware-sim/rights/clock.js';
import { removeKey } from '../../firmware-sim/rights/departure.js';
import { pairKey } from '../../firmware-sim/rights/pairing.js';
import { rekey, setTime, setTimeByCard } from '../../firmware-sim/rights/rekey.js';
import { circumstancesOf, isSuspended, revocationsOf } from '../../firmware-sim/rights/rights.js';
import type { Rights } from '../../firmware-sim/rights/rights.js';
import { takePart } from '../../firmware-sim/rights/take-list.js';
import { signingTerms } from '../../firmware-sim/rights/terms.js';
import { sameBytes } from '../../lib/platform/bytes.js';
import { CAR, KEYS, phoneOf, signed, suite } from './cast.js';
import type { Person } from './cast.js';
import type { Hold, List, State, Word } from './state.js';

/** What can happen, by the car's own functions; and beside it what that means, which the properties ask. */

/** A rule was broken. */
export class Broken extends Error {}

const broken = (property: string, what: string): never => {
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
  ...['notice-invalid', 'notice-old', 'dated-ahead', 'own-key'].map((each) => `list: ${each}`),
];

/** Every refusal that was met, and how often. */
export const refusalsMet = new Map<string, number>();

const met = (what: string, refusal: string): undefined => {
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
const voiding = (state: State, isVoid: (word: Word, index: number) => boolean): State => ({
  ...state,
  words: state.words.map((word, index) =>
    !word.void && isVoid(word, index) ? { ...word, void: true } : word,
  ),
});

/** Takes from `slots` who is in none any more. */
const settled = (state: State, rights: Rights): State => ({
  ...state,
  rights,
  slots: Object.fromEntries(
    Object.entries(state.slots).filter(([person]) => keyOf(rights, person as Person) !== undefined),
  ),
});

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
  return settled(
    { ...after, words, slots: { ...state.slots, [person]: words.length - 1 } },
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

const dated = (
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
  const verdict = decide(key, 'unlock', circumstancesOf(state.rights, contextOf(state, limits)));
  if (typeof verdict === 'string') return met('unlock', verdict);
  if (key.role !== 'owner' && isTakenBack(state, word, index)) {
    broken('what was taken away stays away', `${person} unlocked`);
  }
  if (!verdict.counts || key.grant === undefined) return state;
  if (word.unlocks >= word.uses)
    broken('uses are never given back', `${person} unlocked once more`);
  const counted = { ...key, grant: { ...key.grant, used: key.grant.used + 1 } };
  return {
    ...state,
    rights: {
      ...state.rights,
      keys: state.rights.keys.map((each) => (each === key ? counted : each)),
    },
    words: state.words.map((each) =>
      each === word ? { ...word, unlocks: word.unlocks + 1 } : each,
    ),
  };
};

export interface NewList {
  readonly by: Person;
  readonly about: readonly {
    readonly person: Person;
    readonly kind: 'revoked' | 'suspended' | 'resumed';
  }[];
  readonly since: 'now' | 'ahead' | 'far' | 'forever';
  /** Each entry in a part of its own. */
  readonly inParts?: boolean;
  /** By a phone that was restored from a backup: it begins to count anew. */
  readonly restored?: boolean;
}

/** An owner signs a revocation list. The car has not had it yet. */
export const sign = (
  state: State,
  { by, about, since, inParts, restored }: NewList,
): State | undefined => {
  const key = keyOf(state.rights, by);
  if (key?.role !== 'owner') return undefined;
  const number = restored === true ? 1 : (state.numbers[by] ?? 1);
  const honest = dated(state, {
    by,
    to: by,
    dating: since === 'ahead' || since === 'far' ? since : 'honest',
  });
  const last = Math.max(
    0,
    ...state.lists
      .filter((list) => list.by === by && list.parts[0]?.epoch === state.rights.epoch)
      .map(({ parts }) => parts[0]?.issuedAt ?? 0),
  );
  // A phone dates each list later than the one before; one that was restored knows of none.
  if (honest === undefined || (restored === true && honest <= last)) return undefined;
  const issuedAt = Math.max(honest, last + 1);
  if (since !== 'far' && issuedAt > state.now + TOLERANCE_SECONDS) return undefined;
  const at = since === 'forever' ? NO_END : issuedAt;
  const entries = about.map(({ person, kind }) => ({
    fingerprint: KEYS[person].fingerprint,
    since: kind === 'resumed' ? issuedAt : at,
    kind,
  }));
  const groups = inParts === true ? entries.map((entry) => [entry]) : [entries];
  const parts: RevocationListPart[] = groups.map((group, part) => ({
    ownerSlot: key.slot,
    epoch: state.rights.epoch,
    number,
    issuedAt,
    floor: 0,
    part,
    parts: groups.length,
    entries: group,
  }));
  const list: List = {
    by,
    parts,
    about: about.map((each) => ({ ...each, since: at })),
    after: state.words.length,
    void: isRestrained(state, by),
    had: 0,
  };
  return {
    ...state,
    lists: [...state.lists, list],
    numbers: { ...state.numbers, [by]: Math.max(number + 1, state.numbers[by] ?? 1) },
  };
};

/** Anybody carries a part to the car, any number of times. */
export const deliver = (
  state: State,
  index: number,
  part: number,
  limits: Limits,
): State | undefined => {
  const list = state.lists[index];
  const content = list?.parts[part];
  if (list === undefined || content === undefined) return undefined;
  const context = contextOf(state, limits);
  // The car opens a part with the key of an owner who counts.
  const key = signingKeyIn(suite, state.rights)(content.ownerSlot);
  if (key !== KEYS[list.by].signing.publicKey) return met('list', 'notice-invalid');
  if (isRestrained(state, list.by))
    broken('a suspended owner takes nothing away', `${list.by}'s list counted`);
  const taken = takePart(state.rights, content, context);
  if (typeof taken === 'string') return met('list', taken);
  if (taken.old) {
    met('list', 'notice-old');
    const suspended = list.about.find(
      ({ person, kind }) =>
        kind === 'suspended' &&
        !isSuspendedIn(state.rights, person) &&
        isSuspendedIn(taken.rights, person),
    );
    if (suspended) broken('an old list suspends nobody', suspended.person);
  }
  const running = runningTime(state.rights.clock, state.now * 1000);
  if (running !== undefined && content.issuedAt > running + TOLERANCE_SECONDS) {
    broken('nothing dated ahead counts', `a list of ${list.by}`);
  }
  if (content.epoch !== state.rights.epoch)
    broken('nothing of another epoch counts', `a list of ${list.by}`);
  return settled(heard(state, index, part), taken.rights);
};

const isSuspendedIn = (rights: Rights, person: Person): boolean => {
  const key = keyOf(rights, person);
  return key !== undefined && isSuspended(suite, rights, key);
};

/** What it means that the car has had a part of an owner who counts. */
const heard = (state: State, index: number, part: number): State => {
  const list = state.lists[index];
  if (list === undefined) return state;
  const had = list.had | (1 << part);
  const lists = state.lists.map((each) => (each === list ? { ...list, had } : each));
  const about = list.parts.length === 1 ? list.about : list.about.slice(part, part + 1);
  let after: State = { ...state, lists };
  for (const { person, kind, since } of about) {
    if (kind === 'resumed') continue;
    if (kind === 'revoked' && !isOwner(state.rights, person)) {
      after = {
        ...after,
        words: after.words.map((word, at) =>
          at < list.after && word.path.includes(person) ? { ...word, revokedBy: index } : word,
        ),
      };
    }
    const counts = kind === 'revoked' ? isOwner(state.rights, person) : isNewest(state, list);
    if (counts && isOwner(state.rights, person)) after = voidedBy(after, index, person, since);
    const hold: Hold = { list: index, person, kind };
    const known = after.holds.some((each) => each.list === index && each.person === person);
    if (counts && !known) after = { ...after, holds: [...after.holds, hold] };
  }
  const whole = had === 2 ** list.parts.length - 1 && isNewest(state, list);
  return whole ? lifted(after, index) : after;
};

/** Nothing newer of its signer is whole, and it was not signed before he was removed. */
const isNewest = ({ lists }: State, list: List): boolean =>
  !list.void &&
  lists.every(
    (other) =>
      other === list ||
      other.by !== list.by ||
      other.had !== 2 ** other.parts.length - 1 ||
      (other.parts[0]?.number ?? 0) < (list.parts[0]?.number ?? 0),
  );

/** What an owner signs from the moment on that another one says is void; what let somebody in before stays. */
const voidedBy = (state: State, index: number, owner: Person, since: number): State => {
  const { after = 0 } = state.lists[index] ?? {};
  const admitted = new Set(Object.values(state.slots));
  return voiding(
    state,
    ({ kind, by, dates: [date = 0] }, at) =>
      kind === 'grant' && by === owner && at >= after && (!admitted.has(at) || date >= since),
  );
};

/** Only a whole list lifts, and only what it names: its signer's own suspensions, or a former owner's. */
const lifted = (state: State, index: number): State => {
  const list = state.lists[index];
  const resumed = (list?.about ?? []).filter(({ kind }) => kind === 'resumed');
  const isLifted = (hold: Hold): boolean => {
    const by = state.lists[hold.list]?.by;
    return (
      hold.kind === 'suspended' &&
      hold.list < index &&
      resumed.some(({ person }) => person === hold.person) &&
      by !== undefined &&
      (by === list?.by || !isOwner(state.rights, by))
    );
  };
  const gone = state.holds.filter(isLifted);
  if (gone.length === 0) return state;
  const after = { ...state, holds: state.holds.filter((hold) => !isLifted(hold)) };
  // An owner who counts again has signed nothing meanwhile.
  const free = gone
    .map(({ person }) => person)
    .filter((person) => isRestrained(state, person) && !isRestrained(after, person));
  const admitted = new Set(Object.values(state.slots));
  return voiding(
    after,
    ({ kind, by }, at) => kind === 'grant' && free.includes(by) && !admitted.has(at),
  );
};

/** The card at the screen, or a key over the air, takes a key out. */
export const remove = (state: State, person: Person, limits: Limits): State | undefined => {
  const key = keyOf(state.rights, person);
  if (key === undefined) return undefined;
  const owners = state.rights.keys.filter(({ role }) => role === 'owner');
  if (key.role === 'owner' && owners.length === 1) return undefined;
  const { rights } = removeKey(state.rights, key, contextOf(state, limits));
  if (keyOf(rights, person) !== undefined) broken('the card can always remove', person);
  const after = voiding(
    state,
    ({ path, by }) => path.includes(person) || (key.role === 'owner' && by === person),
  );
  return settled(
    {
      ...after,
      lists: state.lists.map((list) => (list.by === person ? { ...list, void: true } : list)),
    },
    rights,
  );
};

/** Every grant and list of before is void. */
const newEpoch = (state: State, rights: Rights): State => {
  const after = voiding(state, ({ kind, by, epoch }) =>
    kind === 'grant' ? epoch <= state.rights.epoch : !isOwner(state.rights, by),
  );
  return settled(
    {
      ...after,
      lists: state.lists.map((list) => ({ ...list, void: true })),
      holds: state.holds.filter(({ person }) => isRestrained(state, person)),
    },
    rights,
  );
};

export const reKey = (state: State, limits: Limits): State | undefined => {
  const departure = rekey(state.rights, contextOf(state, limits));
  return departure && newEpoch(state, departure.rights);
};

/** The card at the screen sets the clock: right, or so much too low. */
export const setByCard = (state: State, behind: number, limits: Limits): State | undefined => {
  const departure = setTimeByCard(state.rights, state.now - behind, contextOf(state, limits));
  return departure && newEpoch(state, departure.rights);
};

export const loseClock = (state: State): State | undefined =>
  state.rights.clock.lost
    ? undefined
    : { ...state, rights: { ...state.rights, clock: { ...state.rights.clock, lost: true } } };

/** An owner's phone, whose clock is right, tells the time. */
export const tellTime = (state: State, limits: Limits): State | undefined => {
  const rights = setTime(state.rights, state.now, contextOf(state, limits));
  return rights && { ...state, rights };
};

export const LEFT: ReadonlySet<CommandName> = new Set(['unlock', 'lock', 'status', 'deliver']);

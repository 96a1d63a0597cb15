import { NO_END, TOLERANCE_SECONDS } from '../../lib/credentials/grant.js';
import type { RevocationListPart } from '../../lib/credentials/revocation-list.js';
import { signingKeyIn } from '../../firmware-sim/rights/admission.js';
import { runningTime } from '../../firmware-sim/rights/clock.js';
import { isSuspended } from '../../firmware-sim/rights/rights.js';
import type { Rights } from '../../firmware-sim/rights/rights.js';
import { takePart } from '../../firmware-sim/rights/take-list.js';
import { KEYS, suite } from './cast.js';
import type { Person } from './cast.js';
import type { Hold, List, State } from './state.js';
import {
  broken,
  met,
  contextOf,
  keyOf,
  isOwner,
  isRestrained,
  voiding,
  settled,
  withoutListsOf,
} from './facts.js';
import type { Limits } from './facts.js';
import { dated } from './act.js';

/** Owners sign revocation lists, and anybody carries them to the car. */

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
  if (key !== KEYS[list.by].signing.publicKey) return met('list', 'revocation-list-invalid');
  if (isRestrained(state, list.by))
    broken('a suspended owner takes nothing away', `${list.by}'s list counted`);
  const taken = takePart(state.rights, content, context);
  if (typeof taken === 'string') return met('list', taken);
  if (taken.old) {
    met('list', 'revocation-list-old');
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
  // Once he has paired anew, what he signs is his own again.
  const pairing = state.slots[owner] ?? -1;
  const until = pairing < after ? Infinity : pairing;
  return voiding(
    state,
    ({ kind, by, dates: [date = 0] }, at) =>
      kind === 'grant' &&
      by === owner &&
      at >= after &&
      at < until &&
      (!admitted.has(at) || date >= since),
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
    { ...after, lists: withoutListsOf(after, free) },
    ({ kind, by }, at) => kind === 'grant' && free.includes(by) && !admitted.has(at),
  );
};

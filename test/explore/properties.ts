import { BEHAVIORS } from '../../firmware-sim/behaviors.js';
import { TOLERANCE_SECONDS } from '../../lib/credentials/grant.js';
import { decide } from '../../lib/credentials/policy.js';
import type { CommandName } from '../../lib/domain/commands.js';
import { timeOf } from '../../firmware-sim/rights/clock.js';
import { circumstancesOf, revocationsOf } from '../../firmware-sim/rights/rights.js';
import { LEFT, pair, patienceFor, remove, grant, show, wait } from './act.js';
import { tellTime } from './epochs.js';
import { broken, contextOf, isOwner, isRestrained, isTakenBack, keyOf } from './facts.js';
import type { Limits } from './facts.js';
import { GUESTS, KEYS, OWNERS, PEOPLE } from './cast.js';
import type { State } from './state.js';

/**
 * What must be true in every state, and from one to the next; in words in docs/PROTOCOL.md. Those that
 * concern one act are asked where it is done (act.ts).
 */

const COMMANDS: readonly CommandName[] = [...BEHAVIORS.keys()];

/** @throws Broken */
export const checkState = (state: State, limits: Limits): void => {
  const circumstances = circumstancesOf(state.rights, contextOf(state, limits));
  for (const person of PEOPLE) {
    const key = keyOf(state.rights, person);
    const index = state.slots[person];
    if (key === undefined) continue;
    const word = index === undefined ? undefined : state.words[index];
    if (word === undefined || index === undefined || word.role !== key.role) {
      return broken('nobody has a right that no owner gave', `${person} is ${key.role}`);
    }
    if (key.role === 'owner') {
      if (!isRestrained(state, person)) continue;
      const may = COMMANDS.filter((name) => typeof decide(key, name, circumstances) !== 'string');
      if (may.some((name) => !LEFT.has(name))) {
        broken('a suspended owner does what is left to him', `${person}: ${may.join(', ')}`);
      }
      continue;
    }
    if (word.void || word.revokedBy !== undefined) {
      broken('what was taken away stays away', `${person} is in a slot`);
    }
    if (isTakenBack(state, word, index)) {
      const may = COMMANDS.filter((name) => typeof decide(key, name, circumstances) !== 'string');
      if (may.some((name) => name !== 'deliver'))
        broken('what was taken away stays away', `${person} may ${may.join(', ')}`);
    }
  }
};

/** @throws Broken */
export const checkStep = (before: State, after: State, byCard: boolean): void => {
  if (after.rights.epoch < before.rights.epoch) broken('numbers never go back', 'the epoch');
  const was = timeOf(before.rights.clock, before.now * 1000);
  const is = timeOf(after.rights.clock, after.now * 1000);
  if (was !== undefined && is !== undefined && is < was && !byCard) {
    broken('time never goes back', `${String(was)} to ${String(is)}`);
  }
  if (after.rights.epoch !== before.rights.epoch) return;
  for (const person of OWNERS) {
    const { number } = revocationsOf(before.rights, KEYS[person].fingerprint);
    if (revocationsOf(after.rights, KEYS[person].fingerprint).number < number) {
      broken('numbers never go back', `the list of ${person}`);
    }
  }
};

/**
 * Somebody entitled always can get in: once the clock was told, a new grant of an owner who counts lets a
 * guest in, where another owner spoke of the guest within ten minutes; and where no owner counts, the card
 * makes one. And the card can always remove anybody but the last owner.
 * @throws Broken
 */
export const checkHope = (state: State, limits: Limits): void => {
  for (const person of PEOPLE) remove(state, person, limits);
  const told = tellTime(state, limits) ?? state;
  const roomy = { ...limits, slots: Math.max(limits.slots, PEOPLE.length) };
  const owner = OWNERS.find((each) => isOwner(told.rights, each) && !isRestrained(told, each));
  if (owner === undefined) {
    const [first = 'Ada'] = OWNERS;
    const paired = pair(told, first, 'owner', roomy);
    if (paired === undefined || isRestrained(paired, first))
      broken('somebody can get in', 'no owner can be made');
    return;
  }
  for (const guest of GUESTS) {
    if (keyOf(told.rights, guest) !== undefined) continue;
    const said = told.lists.filter(
      ({ had, about }) => had !== 0 && about.some(({ person }) => person === guest),
    );
    // Taken back also for times to come, by who dates ahead: that is for an owner to lift.
    const ahead = told.now + TOLERANCE_SECONDS;
    if (
      told.lists.some(({ about }) =>
        about.some(({ person, since }) => person === guest && since > ahead),
      )
    ) {
      continue;
    }
    // What another owner said of the key is not known to this one's phone: it takes the tolerance, twice.
    const later = wait(told, said.some(({ by }) => by !== owner) ? 600 : 0);
    const patience = patienceFor(later, owner, guest);
    if (patience > 600) broken('somebody can get in', `${owner} waits ${String(patience)} s`);
    const patient = wait(later, patience);
    const given = grant(patient, { by: owner, to: guest, dating: 'honest' });
    const shown = given && show(given, given.words.length - 1, roomy);
    if (shown === undefined)
      broken('somebody can get in', `a new grant of ${owner} to ${guest} does not count`);
  }
};

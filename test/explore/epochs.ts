import { raiseEpoch, setTime, setTimeByCard } from '../../firmware-sim/rights/rekey.js';
import type { Rights } from '../../firmware-sim/rights/rights.js';
import { contextOf, isOwner, isRestrained, settled, voiding } from './facts.js';
import type { Limits } from './facts.js';
import type { State } from './state.js';

/** The car is re-keyed, and its clock lost and set. */

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
  const departure = raiseEpoch(state.rights, contextOf(state, limits));
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

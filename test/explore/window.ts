import {
  closedWindow,
  isOpen,
  MAX_TRIES,
  stepWindow,
  WINDOW_MS,
} from '../../firmware-sim/pairing-window.js';
import type { WindowInput } from '../../firmware-sim/pairing-window.js';
import type { Role } from '../../lib/domain/roles.js';
import { pair } from './act.js';
import type { Person } from './cast.js';
import { broken } from './facts.js';
import type { Limits } from './facts.js';
import type { State, Tap } from './state.js';

/** The card opens a window, phones try, and one of them pairs: the car's own machine, and what the card allowed. */

const CODE = '12345678';

const step = (state: State, input: WindowInput): State | undefined => {
  const { state: window, accepted } = stepWindow(state.window, input, state.now * 1000);
  return accepted ? { ...state, window } : undefined;
};

/** What the tap that opened this window still allows. */
const allowed = ({ tap, now }: State, what: string): Tap =>
  tap === undefined || tap.done || now - tap.at >= WINDOW_MS / 1000
    ? broken('nobody pairs without the card', what)
    : tap;

export const open = (state: State, asked: Role): State | undefined => {
  const role = state.rights.keys.some((key) => key.role === 'owner') ? asked : 'owner';
  const opened = step(state, { type: 'open', code: CODE, role });
  return opened && { ...opened, tap: { role, at: state.now, tries: 0, done: false } };
};

/** Somebody says that he knows the code. */
export const tryCode = (state: State): State | undefined => {
  const tried = step(state, { type: 'try' });
  if (tried === undefined) return undefined;
  const tap = allowed(state, 'a try');
  if (tap.tries >= MAX_TRIES) broken('a code is guessed three times at the most', 'a fourth');
  return { ...tried, tap: { ...tap, tries: tap.tries + 1 } };
};

/** A phone that knew it, and has no good name, is to come again. */
export const sendAway = (state: State): State | undefined => {
  const returned = step(state, { type: 'return-try' });
  if (returned === undefined) return undefined;
  const tap = allowed(state, 'a try');
  if (tap.tries === 0) broken('a code is guessed three times at the most', 'a try for nothing');
  return { ...returned, tap: { ...tap, tries: tap.tries - 1 } };
};

/** A phone that knew it gets a key. Whether the car says so, or loses power first, is the same to the car. */
export const enrol = (state: State, person: Person, limits: Limits): State | undefined => {
  const role = isOpen(state.window) ? state.window.role : undefined;
  const enrolling = step(state, { type: 'enrol' });
  if (enrolling === undefined || role === undefined) return undefined;
  const tap = allowed(state, person);
  if (tap.tries === 0) broken('nobody pairs without the code', person);
  if (tap.role !== role) broken('a window gives what it was opened for', person);
  const paired = pair(enrolling, person, role, limits);
  if (paired === undefined) return step(enrolling, { type: 'enrol-failed' });
  const closed = step(paired, { type: 'enrolled' });
  return closed && { ...closed, tap: { ...tap, done: true } };
};

/** The car loses power: what was committed stays, and the window is gone. */
export const cutPower = (state: State): State | undefined => {
  if (state.window.phase === 'closed') return undefined;
  const { tap: _, ...rest } = state;
  return { ...rest, window: closedWindow };
};

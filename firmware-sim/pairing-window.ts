import { PAIRING_MS } from '../lib/car/host.js';
import type { Role } from '../lib/domain/roles.js';

/**
 * The pairing window as a pure state machine. A card tap opens it with a code on the screen; three
 * tries or 120 s close it, and so does success. A try is counted before it is answered, so after the
 * third one the window takes no more, and stays only as long as that try needs to finish. Who knew the
 * code and is sent away to come again gets the try back.
 */
export const WINDOW_MS = 120_000;
export const MAX_TRIES = 3;
/** What the last try has to finish in: all that a link gets for a pairing. */
export const LAST_TRY_MS = PAIRING_MS;

/** Times are milliseconds on the clock that gives `now`. */
export type WindowState =
  | { readonly phase: 'closed' }
  | OpenWindow
  /** A phone knew the code; its key is being written. */
  | { readonly phase: 'enrolling' };

export interface OpenWindow {
  /** `last-try`: no further tries, but the one under way may still succeed. */
  readonly phase: 'open' | 'last-try';
  readonly code: string;
  /** What it gives. */
  readonly role: Role;
  readonly until: number;
  /** When the window closes in any case; `until` is earlier where the last try is under way. */
  readonly end: number;
  readonly tries: number;
}

export type WindowInput =
  | { readonly type: 'open'; readonly code: string; readonly role: Role }
  | {
      readonly type:
        | 'try'
        | 'return-try'
        | 'enrol'
        | 'enrolled'
        | 'enrol-failed'
        | 'reset'
        | 'card-removed'
        | 'tick';
    };

/** What has become of the pairing window. */
export type WindowEffect =
  | { readonly type: 'pairing-opened'; readonly seconds: number; readonly role: Role }
  | { readonly type: 'pairing-try' | 'pairing-try-returned'; readonly triesLeft: number }
  | { readonly type: 'pairing-closed'; readonly reason: CloseReason };

/** Why it closed. `timeout`: 120 s; `tries`: three; `replaced`: another tap opened a new one. */
export type CloseReason =
  'paired' | 'timeout' | 'tries' | 'replaced' | 'reset' | 'card-removed' | 'fault';

export interface WindowStep {
  readonly state: WindowState;
  readonly effects: readonly WindowEffect[];
  /** False: this input is not possible in this state. */
  readonly accepted: boolean;
}

export const closedWindow: WindowState = { phase: 'closed' };

/** One step. A window whose time is up at `now` is closed first. */
export const stepWindow = (before: WindowState, input: WindowInput, now: number): WindowStep => {
  if (!isOpen(before) || now < before.until) return react(before, input, now);
  const step = react(closedWindow, input, now);
  const reason = before.phase === 'last-try' ? 'tries' : 'timeout';
  return { ...step, effects: [closedBy(reason), ...step.effects] };
};

export const isOpen = (state: WindowState): state is OpenWindow =>
  state.phase === 'open' || state.phase === 'last-try';

const react = (state: WindowState, input: WindowInput, now: number): WindowStep => {
  switch (input.type) {
    case 'tick':
      return accepted(state);
    case 'open': {
      const { code, role } = input;
      const replaced = state.phase === 'closed' ? [] : [closedBy('replaced')];
      const seconds = WINDOW_MS / 1000;
      return accepted(
        { phase: 'open', code, role, until: now + WINDOW_MS, end: now + WINDOW_MS, tries: 0 },
        ...replaced,
        { type: 'pairing-opened', seconds, role },
      );
    }
    case 'try':
      return state.phase === 'open' ? countTry(state, now) : impossible(state);
    case 'return-try':
      return isOpen(state) && state.tries > 0 ? returnTry(state) : impossible(state);
    case 'enrol':
      // Somebody must have tried before.
      return isOpen(state) && state.tries > 0
        ? accepted({ phase: 'enrolling' })
        : impossible(state);
    case 'enrolled':
      return state.phase === 'enrolling' ? close('paired') : impossible(state);
    case 'enrol-failed':
      return state.phase === 'enrolling' ? close('fault') : impossible(state);
    case 'reset':
    case 'card-removed':
      return state.phase === 'closed' ? accepted(state) : close(input.type);
  }
};

const countTry = (state: OpenWindow, now: number): WindowStep => {
  const tries = state.tries + 1;
  const triesLeft = MAX_TRIES - tries;
  const until = Math.min(state.until, now + LAST_TRY_MS);
  return accepted(
    triesLeft > 0 ? { ...state, tries } : { ...state, tries, phase: 'last-try', until },
    { type: 'pairing-try', triesLeft },
  );
};

const returnTry = (state: OpenWindow): WindowStep => {
  const tries = state.tries - 1;
  return accepted(
    { ...state, tries, phase: 'open', until: state.end },
    { type: 'pairing-try-returned', triesLeft: MAX_TRIES - tries },
  );
};

const closedBy = (reason: CloseReason): WindowEffect => ({ type: 'pairing-closed', reason });

const close = (reason: CloseReason): WindowStep => accepted(closedWindow, closedBy(reason));

const accepted = (state: WindowState, ...effects: WindowEffect[]): WindowStep => ({
  state,
  effects,
  accepted: true,
});

const impossible = (state: WindowState): WindowStep => ({ state, effects: [], accepted: false });

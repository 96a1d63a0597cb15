import { isDoor } from '../lib/domain/closures.js';
import type { Closure } from '../lib/domain/closures.js';

/**
 * The car's body as a pure state machine: `stepBody(state, input, now)`. It knows nothing of keys,
 * radio or timers; body-runner.ts runs it on a clock.
 *
 * - A locked car has no open door: locking is refused while one is open. Trunk and frunk latch on
 *   their own and do not count.
 * - 30 s after an unlock the car locks itself, unless a door was opened (or somebody drives) meanwhile.
 * - `authorise-drive` lasts 2 minutes. Locking by key or card ends it: whoever locks the car leaves
 *   it. The relock does not: somebody may sit inside.
 * - While the car is driven the authorisation does not run down, and nothing can be locked,
 *   unlocked or opened. Parking ends the authorisation.
 * - Trunk and frunk stay shut to hands where the key that unlocked may not open them: what a valet
 *   finds shut stays shut until another key, or the card, unlocks.
 */
const RELOCK_MS = 30_000;
const DRIVE_MS = 120_000;

/** Times are milliseconds on the clock that gives `now`. */
export interface BodyState {
  readonly locked: boolean;
  readonly open: readonly Closure[];
  /** When the car will lock itself. */
  readonly relockAt: number | undefined;
  readonly drive: DriveState;
  /** What no hand opens, because the key that unlocked may not. */
  readonly shut: readonly Luggage[];
}

export type Luggage = 'trunk' | 'frunk';

export type DriveState =
  | { readonly phase: 'off' }
  | { readonly phase: 'authorised'; readonly until: number; readonly speedLimit?: number }
  | { readonly phase: 'driving'; readonly msLeft: number; readonly speedLimit?: number };

export type BodyInput =
  | { readonly type: 'lock' | 'toggle-lock' }
  | { readonly type: 'unlock'; readonly shut?: readonly Luggage[] }
  /** The limit in km/h. */
  | { readonly type: 'authorise-drive'; readonly speedLimit?: number }
  | { readonly type: 'drive' | 'park' }
  | { readonly type: 'revoke-drive'; readonly reason: 'key-removed' | 'key-suspended' | 'reset' }
  /** The latch of trunk or frunk is released by a command: needs no unlocked car. */
  | { readonly type: 'release'; readonly closure: Luggage }
  /** By hand, from outside. */
  | { readonly type: 'open' | 'close'; readonly closure: Closure }
  /** Only time has passed. */
  | { readonly type: 'tick' };

/** Effects of which an event tells who did it. */
export type BodyAct =
  | { readonly type: 'unlocked' | 'locked' }
  | { readonly type: 'door-opened'; readonly closure: Closure }
  /** The limit in km/h. */
  | { readonly type: 'drive-authorised'; readonly seconds: number; readonly speedLimit?: number };

/** What the body of the car has done; `relocked` by itself, 30 s after it was unlocked and nobody got in. */
export type BodyEffect =
  | BodyAct
  | { readonly type: 'relocked' | 'driving' }
  | { readonly type: 'door-closed'; readonly closure: Closure }
  | { readonly type: 'drive-ended'; readonly reason: DriveEndReason };

/** Why driving is not authorised any more. `expired`: two minutes passed, and nobody drove off. */
export type DriveEndReason =
  'expired' | 'locked' | 'parked' | 'key-removed' | 'key-suspended' | 'reset';

/** Why a hand, a card or a command cannot do it now. */
export type BodyRefusal = 'locked' | 'door-open' | 'driving' | 'not-authorised';

export interface BodyStep {
  readonly state: BodyState;
  readonly effects: readonly BodyEffect[];
  readonly refusal?: BodyRefusal;
}

/** After power-on: locked and shut, nothing authorised. The body's state is not kept in memory. */
export const initialBody: BodyState = {
  locked: true,
  open: [],
  relockAt: undefined,
  drive: { phase: 'off' },
  shut: [],
};

/** One step. Whatever was due by `now` happens first, in the order it was due. */
export const stepBody = (before: BodyState, input: BodyInput, now: number): BodyStep => {
  const due = expire(before, now);
  return followedBy(due, react(due.state, input, now));
};

/** When the next thing happens by itself. */
export const nextDeadline = ({ relockAt, drive }: BodyState): number | undefined => {
  const driveEnd = drive.phase === 'authorised' ? drive.until : undefined;
  const first = Math.min(relockAt ?? Infinity, driveEnd ?? Infinity);
  return first === Infinity ? undefined : first;
};

/** Whole seconds (rounded up) of drive authorisation left; 0 when there is none. */
export const driveSecondsLeft = ({ drive }: BodyState, now: number): number => {
  if (drive.phase === 'off') return 0;
  const msLeft = drive.phase === 'driving' ? drive.msLeft : Math.max(0, drive.until - now);
  return Math.ceil(msLeft / 1000);
};

/** km/h while driving is authorised; undefined for none. */
export const speedLimitIn = ({ drive }: BodyState): number | undefined =>
  drive.phase === 'off' ? undefined : drive.speedLimit;

const expire = (state: BodyState, now: number): BodyStep => {
  const at = nextDeadline(state);
  if (at === undefined || at > now) return changed(state);
  const expired =
    at === state.relockAt
      ? changed({ ...state, locked: true, relockAt: undefined }, { type: 'relocked' })
      : endDrive(state, 'expired');
  return followedBy(expired, expire(expired.state, now));
};

/** What both have done; the second began where the first ended. */
const followedBy = (first: BodyStep, second: BodyStep): BodyStep => ({
  ...second,
  effects: [...first.effects, ...second.effects],
});

const react = (state: BodyState, input: BodyInput, now: number): BodyStep => {
  switch (input.type) {
    case 'tick':
      return changed(state);
    case 'unlock':
      return unlock(state, now, input.shut ?? []);
    case 'lock':
      return lock(state);
    case 'toggle-lock':
      return state.locked ? unlock(state, now, []) : lock(state);
    case 'authorise-drive':
      if (state.drive.phase === 'driving') return changed(state);
      return authorise(state, now, input.speedLimit);
    case 'revoke-drive':
      // A car on the road is not stopped.
      return state.drive.phase === 'authorised' ? endDrive(state, input.reason) : changed(state);
    case 'drive':
      return drive(state, now);
    case 'park':
      return state.drive.phase === 'driving' ? endDrive(state, 'parked') : changed(state);
    case 'release':
      return isDriving(state) ? refused(state, 'driving') : open(state, input.closure);
    case 'open':
      if (isDriving(state)) return refused(state, 'driving');
      return keepsShut(state, input.closure)
        ? refused(state, 'locked')
        : open(state, input.closure);
    case 'close':
      if (!state.open.includes(input.closure)) return changed(state);
      return changed(
        { ...state, open: state.open.filter((closure) => closure !== input.closure) },
        { type: 'door-closed', closure: input.closure },
      );
  }
};

const keepsShut = ({ locked, open, shut }: BodyState, closure: Closure): boolean =>
  !open.includes(closure) && (locked || shut.some((each) => each === closure));

const authorise = (state: BodyState, now: number, speedLimit: number | undefined): BodyStep => {
  const limit = speedLimit === undefined ? {} : { speedLimit };
  return changed(
    { ...state, drive: { phase: 'authorised', until: now + DRIVE_MS, ...limit } },
    { type: 'drive-authorised', seconds: DRIVE_MS / 1000, ...limit },
  );
};

const unlock = (state: BodyState, now: number, shut: readonly Luggage[]): BodyStep => {
  if (isDriving(state)) return refused(state, 'driving');
  const relockAt = state.open.some(isDoor) ? undefined : now + RELOCK_MS;
  const effects: BodyEffect[] = state.locked ? [{ type: 'unlocked' }] : [];
  return changed({ ...state, locked: false, relockAt, shut }, ...effects);
};

const lock = (state: BodyState): BodyStep => {
  if (isDriving(state)) return refused(state, 'driving');
  if (state.open.some(isDoor)) return refused(state, 'door-open');
  const effects: BodyEffect[] = state.locked ? [] : [{ type: 'locked' }];
  const locked = changed({ ...state, locked: true, relockAt: undefined }, ...effects);
  if (state.drive.phase !== 'authorised') return locked;
  return followedBy(locked, endDrive(locked.state, 'locked'));
};

const drive = (state: BodyState, now: number): BodyStep => {
  switch (state.drive.phase) {
    case 'driving':
      return changed(state);
    case 'off':
      return refused(state, 'not-authorised');
    case 'authorised': {
      if (state.open.some(isDoor)) return refused(state, 'door-open');
      const { until, ...limit } = state.drive;
      const driving: DriveState = { ...limit, phase: 'driving', msLeft: until - now };
      return changed({ ...state, relockAt: undefined, drive: driving }, { type: 'driving' });
    }
  }
};

const open = (state: BodyState, closure: Closure): BodyStep => {
  if (state.open.includes(closure)) return changed(state);
  const relockAt = isDoor(closure) ? undefined : state.relockAt;
  const opened = { ...state, open: [...state.open, closure], relockAt };
  return changed(opened, { type: 'door-opened', closure });
};

const endDrive = (state: BodyState, reason: DriveEndReason): BodyStep =>
  changed({ ...state, drive: { phase: 'off' } }, { type: 'drive-ended', reason });

const isDriving = (state: BodyState): boolean => state.drive.phase === 'driving';

const changed = (state: BodyState, ...effects: BodyEffect[]): BodyStep => ({ state, effects });
const refused = (state: BodyState, refusal: BodyRefusal): BodyStep => ({
  ...changed(state),
  refusal,
});

import { describe, expect, it } from '@jest/globals';
import { BodyRunner } from '../../../firmware-sim/body-runner.js';
import {
  driveSecondsLeft,
  initialBody,
  nextDeadline,
  stepBody,
} from '../../../firmware-sim/body.js';
import type { BodyEffect, BodyInput, BodyState } from '../../../firmware-sim/body.js';
import { CLOSURES, DOORS } from '../../../lib/domain/closures.js';
import { closureMask } from '../../../lib/native/numbers.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';

const unlocked: BodyState = { ...initialBody, locked: false };
const withDoor: BodyState = { ...unlocked, open: ['rear-left'] };
const authorised: BodyState = { ...unlocked, drive: { phase: 'authorised', until: 120_000 } };
const driving: BodyState = { ...unlocked, drive: { phase: 'driving', msLeft: 100_000 } };

const types = (effects: readonly BodyEffect[]): string[] => effects.map(({ type }) => type);

describe('stepBody', () => {
  it.each<[string, BodyState, BodyInput, Partial<BodyState>, string[]]>([
    ['unlocks', initialBody, { type: 'unlock' }, { locked: false, relockAt: 30_000 }, ['unlocked']],
    ['unlocks again', unlocked, { type: 'unlock' }, { locked: false, relockAt: 30_000 }, []],
    ['stays open by a door', withDoor, { type: 'unlock' }, { relockAt: undefined }, []],
    ['locks', unlocked, { type: 'lock' }, { locked: true }, ['locked']],
    ['is locked already', initialBody, { type: 'lock' }, { locked: true }, []],
    [
      'toggles open',
      initialBody,
      { type: 'toggle-lock' },
      { locked: false, relockAt: 30_000 },
      ['unlocked'],
    ],
    ['toggles shut', unlocked, { type: 'toggle-lock' }, { locked: true }, ['locked']],
    [
      'locks with the trunk open',
      { ...unlocked, open: ['trunk'] },
      { type: 'lock' },
      { locked: true },
      ['locked'],
    ],
    [
      'ends the authorisation with the lock',
      authorised,
      { type: 'lock' },
      { locked: true, drive: { phase: 'off' } },
      ['locked', 'drive-ended'],
    ],
    [
      'authorises driving for two minutes',
      initialBody,
      { type: 'authorise-drive' },
      { locked: true, drive: { phase: 'authorised', until: 120_000 } },
      ['drive-authorised'],
    ],
    [
      'revokes it',
      authorised,
      { type: 'revoke-drive', reason: 'key-removed' },
      { drive: { phase: 'off' } },
      ['drive-ended'],
    ],
    ['does not stop a car on the road', driving, { type: 'revoke-drive', reason: 'reset' }, {}, []],
    [
      'releases the trunk of a locked car',
      initialBody,
      { type: 'release', closure: 'trunk' },
      { locked: true, open: ['trunk'] },
      ['door-opened'],
    ],
    [
      'opens a door',
      unlocked,
      { type: 'open', closure: 'rear-left' },
      { open: ['rear-left'] },
      ['door-opened'],
    ],
    ['opens nothing twice', withDoor, { type: 'open', closure: 'rear-left' }, {}, []],
    [
      'closes a door',
      withDoor,
      { type: 'close', closure: 'rear-left' },
      { open: [] },
      ['door-closed'],
    ],
    ['closes nothing twice', unlocked, { type: 'close', closure: 'frunk' }, {}, []],
    [
      'drives off',
      authorised,
      { type: 'drive' },
      { drive: { phase: 'driving', msLeft: 120_000 }, relockAt: undefined },
      ['driving'],
    ],
    ['drives on', driving, { type: 'drive' }, {}, []],
    ['needs no second start', driving, { type: 'authorise-drive' }, {}, []],
    ['parks', driving, { type: 'park' }, { drive: { phase: 'off' } }, ['drive-ended']],
    ['is parked already', authorised, { type: 'park' }, {}, []],
  ])('%s', (_name, before, input, after, effects) => {
    const step = stepBody(before, input, 0);
    expect(step.refusal).toBeUndefined();
    expect(step.state).toEqual({ ...before, ...after });
    expect(types(step.effects)).toEqual(effects);
  });

  it.each<[BodyState, BodyInput, string]>([
    [withDoor, { type: 'lock' }, 'door-open'],
    [withDoor, { type: 'toggle-lock' }, 'door-open'],
    [initialBody, { type: 'open', closure: 'front-left' }, 'locked'],
    [initialBody, { type: 'open', closure: 'trunk' }, 'locked'],
    [unlocked, { type: 'drive' }, 'not-authorised'],
    [{ ...authorised, open: ['front-left'] }, { type: 'drive' }, 'door-open'],
    [driving, { type: 'lock' }, 'driving'],
    [driving, { type: 'unlock' }, 'driving'],
    [driving, { type: 'toggle-lock' }, 'driving'],
    [driving, { type: 'open', closure: 'front-left' }, 'driving'],
    [driving, { type: 'release', closure: 'frunk' }, 'driving'],
  ])('refuses in %j: %j', (before, input, refusal) => {
    expect(stepBody(before, input, 0)).toEqual({ state: before, effects: [], refusal });
  });

  it('opens the trunk by hand once it is unlocked', () => {
    expect(stepBody(unlocked, { type: 'open', closure: 'trunk' }, 0).state.open).toEqual(['trunk']);
  });

  it('does what was due before the input, in the order it was due', () => {
    const state: BodyState = { ...authorised, relockAt: 30_000 };
    const step = stepBody(state, { type: 'unlock' }, 500_000);
    expect(types(step.effects)).toEqual(['relocked', 'drive-ended', 'unlocked']);
    expect(step.state.relockAt).toBe(530_000);
  });

  it('opens no door that was due to be locked', () => {
    const state: BodyState = { ...unlocked, relockAt: 30_000 };
    const step = stepBody(state, { type: 'open', closure: 'front-left' }, 30_000);
    expect(step.refusal).toBe('locked');
    expect(step.state.locked).toBe(true);
  });

  it('keeps the relock when only the trunk was opened', () => {
    const state: BodyState = { ...unlocked, relockAt: 30_000 };
    expect(nextDeadline(stepBody(state, { type: 'open', closure: 'trunk' }, 0).state)).toBe(30_000);
    const door = stepBody(state, { type: 'open', closure: 'front-right' }, 0);
    expect(nextDeadline(door.state)).toBeUndefined();
  });

  it('counts the seconds of the authorisation, and stops counting on the road', () => {
    expect(driveSecondsLeft(initialBody, 0)).toBe(0);
    expect(driveSecondsLeft(authorised, 0)).toBe(120);
    expect(driveSecondsLeft(authorised, 119_001)).toBe(1);
    const { state } = stepBody(authorised, { type: 'drive' }, 20_000);
    expect(driveSecondsLeft(state, 900_000)).toBe(100);
  });
});

describe('closureMask', () => {
  it('has the bits of the schema', () => {
    expect(CLOSURES.map((closure) => closureMask([closure]))).toEqual([1, 2, 4, 8, 16, 32]);
    expect(closureMask(['frunk', 'front-left'])).toBe(33);
    expect(CLOSURES.slice(0, 4)).toEqual(DOORS);
  });
});

describe('BodyRunner', () => {
  const run = (): { clock: SimClock; body: BodyRunner; seen: string[] } => {
    const clock = new SimClock();
    const seen: string[] = [];
    const body = new BodyRunner(clock, ({ type }) => seen.push(`${String(clock.now())} ${type}`));
    return { clock, body, seen };
  };

  it('locks itself 30 s after the last unlock', async () => {
    const { clock, body, seen } = run();
    body.apply({ type: 'unlock' });
    await clock.advance(20_000);
    body.apply({ type: 'unlock' });
    await clock.advance(29_999);
    expect(body.state().locked).toBe(false);
    await clock.advance(1);
    expect(seen).toEqual(['0 unlocked', '50000 relocked']);
    expect(clock.pending).toBe(0);
  });

  it('does not lock itself once a door was opened, even if it is shut again', async () => {
    const { clock, body, seen } = run();
    body.apply({ type: 'unlock' });
    body.apply({ type: 'open', closure: 'front-left' });
    body.apply({ type: 'close', closure: 'front-left' });
    await clock.advance(3_600_000);
    expect(body.state().locked).toBe(false);
    expect(seen).toEqual(['0 unlocked', '0 door-opened', '0 door-closed']);
  });

  it('ends the drive authorisation after two minutes, and relocking does not', async () => {
    const { clock, body, seen } = run();
    body.apply({ type: 'unlock' });
    body.apply({ type: 'authorise-drive' });
    await clock.advance(119_999);
    expect(body.driveSecondsLeft()).toBe(1);
    await clock.advance(1);
    expect(body.driveSecondsLeft()).toBe(0);
    expect(seen).toEqual([
      '0 unlocked',
      '0 drive-authorised',
      '30000 relocked',
      '120000 drive-ended',
    ]);
  });

  it('leaves no timer behind', async () => {
    const { clock, body, seen } = run();
    body.apply({ type: 'unlock' });
    body.stop();
    expect(clock.pending).toBe(0);
    await clock.advance(60_000);
    expect(seen).toEqual(['0 unlocked']);
  });
});

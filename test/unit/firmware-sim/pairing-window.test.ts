import { describe, expect, it } from '@jest/globals';
import {
  closedWindow,
  LAST_TRY_MS,
  MAX_TRIES,
  stepWindow,
  WINDOW_MS,
} from '../../../firmware-sim/pairing-window.js';
import type {
  WindowEffect,
  WindowInput,
  WindowState,
} from '../../../firmware-sim/pairing-window.js';

const OPEN: WindowInput = { type: 'open', code: '01234567', role: 'guest' };

/** Inputs with the time of each; gives the last step and all effects. */
const play = (...inputs: readonly (readonly [number, WindowInput])[]) => {
  let state: WindowState = closedWindow;
  let accepted = false;
  const effects: WindowEffect[] = [];
  for (const [now, input] of inputs) {
    const step = stepWindow(state, input, now);
    ({ state, accepted } = step);
    effects.push(...step.effects);
  }
  return { state, accepted, effects, last: effects.at(-1) };
};

const TRY: WindowInput = { type: 'try' };
const TICK: WindowInput = { type: 'tick' };

describe('stepWindow', () => {
  it('opens for 120 s', () => {
    const { state, effects } = play([1000, OPEN]);
    expect(state).toMatchObject({ phase: 'open', code: '01234567', until: 1000 + WINDOW_MS });
    expect(effects).toEqual([{ type: 'pairing-opened', seconds: 120, role: 'guest' }]);
    expect(play([0, OPEN], [WINDOW_MS - 1, TICK]).state.phase).toBe('open');
    const late = play([0, OPEN], [WINDOW_MS, TRY]);
    expect(late.accepted).toBe(false);
    expect(late.state).toEqual(closedWindow);
    expect(late.last).toEqual({ type: 'pairing-closed', reason: 'timeout' });
  });

  it('takes three tries and no more', () => {
    const { state, effects } = play([0, OPEN], [1, TRY], [2, TRY], [3, TRY]);
    expect(effects.slice(1)).toEqual(
      [2, 1, 0].map((triesLeft) => ({ type: 'pairing-try', triesLeft })),
    );
    expect(state.phase).toBe('last-try');
    expect(stepWindow(state, TRY, 4).accepted).toBe(false);
    expect(MAX_TRIES).toBe(3);
  });

  it('gives the last try the time it needs, and no more than the window has', () => {
    const tries = [1, 2, 3].map((now) => [now, TRY] as const);
    const over = play([0, OPEN], ...tries, [3 + LAST_TRY_MS, { type: 'enrol' }]);
    expect(over.accepted).toBe(false);
    expect(over.last).toEqual({ type: 'pairing-closed', reason: 'tries' });
    const intime = play([0, OPEN], ...tries, [2 + LAST_TRY_MS, { type: 'enrol' }]);
    expect(intime.accepted).toBe(true);
    const end = WINDOW_MS - 1;
    const late = play([0, OPEN], [end, TRY], [end, TRY], [end, TRY], [WINDOW_MS, TICK]);
    expect(late.state).toEqual(closedWindow);
  });

  it('gives a try back to who is to come again, the last one too, and stays as long as it would', () => {
    const back: WindowInput = { type: 'return-try' };
    const first = play([0, OPEN], [1, TRY], [2, back]);
    expect(first.state).toEqual(play([0, OPEN]).state);
    expect(first.last).toEqual({ type: 'pairing-try-returned', triesLeft: 3 });
    const third = play([0, OPEN], [1, TRY], [2, TRY], [3, TRY], [4, back]);
    expect(third.state).toEqual(play([0, OPEN], [1, TRY], [2, TRY]).state);
    expect(third.last).toEqual({ type: 'pairing-try-returned', triesLeft: 1 });
    expect(stepWindow(third.state, TRY, WINDOW_MS - 1).accepted).toBe(true);
    expect(stepWindow(third.state, TRY, WINDOW_MS).accepted).toBe(false);
  });

  it('gives no try back that nobody took, and none of a window that is closed', () => {
    const back: WindowInput = { type: 'return-try' };
    expect(play([0, OPEN], [1, back]).accepted).toBe(false);
    expect(play([0, OPEN], [1, TRY], [2, back], [3, back]).accepted).toBe(false);
    expect(play([0, OPEN], [1, TRY], [2, { type: 'enrol' }], [3, back]).accepted).toBe(false);
    expect(play([0, OPEN], [1, TRY], [WINDOW_MS, back]).state).toEqual(closedWindow);
  });

  it('closes with success', () => {
    const { state, last } = play(
      [0, OPEN],
      [1, TRY],
      [2, { type: 'enrol' }],
      [3, { type: 'enrolled' }],
    );
    expect(state).toEqual(closedWindow);
    expect(last).toEqual({ type: 'pairing-closed', reason: 'paired' });
  });

  it('enrols nobody who did not try, and one only', () => {
    expect(play([0, OPEN], [1, { type: 'enrol' }]).accepted).toBe(false);
    expect(play([0, OPEN], [1, TRY], [2, { type: 'enrol' }], [2, { type: 'enrol' }]).accepted).toBe(
      false,
    );
    expect(play([0, OPEN], [1, TRY], [2, { type: 'enrol' }], [2, TRY]).accepted).toBe(false);
    expect(play([0, { type: 'enrolled' }]).accepted).toBe(false);
    expect(play([0, OPEN], [0, { type: 'enrol-failed' }]).accepted).toBe(false);
  });

  it('does not time out while a key is written', () => {
    const { state, last } = play(
      [0, OPEN],
      [1, TRY],
      [2, { type: 'enrol' }],
      [WINDOW_MS + 1, TICK],
      [WINDOW_MS + 2, { type: 'enrol-failed' }],
    );
    expect(state).toEqual(closedWindow);
    expect(last).toEqual({ type: 'pairing-closed', reason: 'fault' });
  });

  it('starts anew with a second tap', () => {
    const second: WindowInput = { type: 'open', code: '76543210', role: 'owner' };
    const { state, effects } = play([0, OPEN], [1, TRY], [1, TRY], [10, second]);
    expect(state).toEqual({
      phase: 'open',
      code: '76543210',
      role: 'owner',
      until: 10 + WINDOW_MS,
      end: 10 + WINDOW_MS,
      tries: 0,
    });
    expect(effects.slice(-2)).toEqual([
      { type: 'pairing-closed', reason: 'replaced' },
      { type: 'pairing-opened', seconds: 120, role: 'owner' },
    ]);
  });

  it('closes in a factory reset', () => {
    expect(play([0, OPEN], [1, { type: 'reset' }]).last).toEqual({
      type: 'pairing-closed',
      reason: 'reset',
    });
    expect(play([0, { type: 'reset' }]).effects).toEqual([]);
  });

  it('says what was possible, and no more than that happened', () => {
    const opened = play([0, OPEN]);
    expect(
      [opened, play([0, TICK]), play([0, OPEN], [1, TICK])].map((step) => step.accepted),
    ).toEqual([true, true, true]);
    const enrolling = stepWindow(play([0, OPEN], [1, TRY]).state, { type: 'enrol' }, 2);
    expect(enrolling).toEqual({ state: { phase: 'enrolling' }, effects: [], accepted: true });
    const enrolled = stepWindow(enrolling.state, { type: 'enrolled' }, 3);
    const paired = [{ type: 'pairing-closed', reason: 'paired' }];
    expect(enrolled).toEqual({ state: closedWindow, effects: paired, accepted: true });
    const idle = stepWindow(closedWindow, { type: 'reset' }, 4);
    expect(idle).toEqual({ state: closedWindow, effects: [], accepted: true });
  });
});

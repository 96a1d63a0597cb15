import { describe, expect, it } from '@jest/globals';
import { begin, HEAD_START_MS, HEARD_MS, orderOf, step, VIAS } from '../../../lib/phone/ways.js';
import type { Choice, ChoiceEffect, ChoiceInput, Way } from '../../../lib/phone/ways.js';

const WAYS: readonly Way[] = ['ble', 'cloud'];

/** Everything that may come next: a timer only while one is set, and of a way only while it is under way. */
interface World {
  readonly state: Choice;
  readonly effects: readonly ChoiceEffect[];
  readonly timer: boolean;
  /** Started, and not told to be at its end; those that were stopped still end. */
  readonly running: readonly Way[];
  readonly inputs: readonly ChoiceInput[];
}

const after = (world: World | undefined, { state, effects }: ReturnType<typeof step>): World => {
  const started = effects.flatMap((each) => (each.type === 'start' ? [each.way] : []));
  const running = [...(world?.running ?? []), ...started];
  const timer = (world?.timer ?? false) || effects.some(({ type }) => type === 'wait');
  return {
    state,
    effects: [...(world?.effects ?? []), ...effects],
    timer: timer && !effects.some(({ type }) => type === 'over'),
    running,
    inputs: world?.inputs ?? [],
  };
};

const inputsOf = ({ running, timer, state }: World): ChoiceInput[] => [
  ...(timer && !state.over ? [{ type: 'time' } as const] : []),
  ...running.flatMap((way): ChoiceInput[] => [
    { type: 'heard', way },
    { type: 'answered', way },
    { type: 'ended', way, settles: true },
    { type: 'ended', way, settles: false },
  ]),
];

const next = (world: World, input: ChoiceInput): World => {
  const moved = after(world, step(world.state, input));
  return {
    ...moved,
    inputs: [...world.inputs, input],
    timer: input.type === 'time' ? false : moved.timer,
    running: moved.running.filter((way) => !(input.type === 'ended' && way === input.way)),
  };
};

/** Every order of up to so many inputs. */
const worlds = function* (world: World, depth: number): Generator<World> {
  yield world;
  if (depth === 0) return;
  for (const input of inputsOf(world)) yield* worlds(next(world, input), depth - 1);
};

const count = (world: World, type: ChoiceEffect['type'], way?: Way): number =>
  world.effects.filter((each) => each.type === type && (!way || ('way' in each && each.way === way)))
    .length;

const overOf = ({ effects }: World): ChoiceEffect[] => effects.filter(({ type }) => type === 'over');

describe.each(VIAS)('the choice of ways by %s, in every order of 7 events', (via) => {
  const all = [...worlds(after(undefined, begin(orderOf(via))), 7)];

  it('sees many of them', () => {
    expect(all.length).toBeGreaterThan(via === 'ble' ? 50 : 10_000);
  });

  it('starts no way twice, none after an answer, and with ble none but that', () => {
    for (const world of all) {
      for (const way of WAYS) expect(count(world, 'start', way)).toBeLessThanOrEqual(1);
      if (via === 'ble') expect(count(world, 'start', 'cloud')).toBe(0);
      if (world.state.answered === undefined) continue;
      for (const input of inputsOf(world)) {
        expect(count(next(world, input), 'start')).toBe(count(world, 'start'));
      }
    }
  });

  it('is over once, and stops the other one that is under way', () => {
    for (const world of all) {
      const over = overOf(world);
      expect(over.length).toBeLessThanOrEqual(1);
      expect(world.state.over).toBe(over.length === 1);
      const [end] = over;
      if (end?.type !== 'over' || end.by === undefined) continue;
      for (const way of world.running) {
        if (way !== end.by) expect(count(world, 'stop', way)).toBe(1);
      }
    }
  });

  it('ends by the way that was answered first, whatever else comes', () => {
    for (const world of all) {
      const [end] = overOf(world);
      const first = world.inputs.find(
        (input) => input.type === 'answered' || (input.type === 'ended' && input.settles),
      );
      if (end?.type !== 'over' || first === undefined || !('way' in first)) continue;
      expect(end.by).toBe(first.way);
    }
  });

  it('ends without one only where all of them failed', () => {
    for (const world of all) {
      const [end] = overOf(world);
      if (end?.type !== 'over' || end.by !== undefined) continue;
      for (const way of orderOf(via)) {
        expect(world.inputs).toContainEqual({ type: 'ended', way, settles: false });
      }
    }
  });

  it('never waits for what does not come: something is under way until it is over', () => {
    for (const { state, running } of all) {
      if (!state.over) expect(running.length).toBeGreaterThan(0);
    }
  });

  it('gives the second way its turn when the first fails, or has had its time', () => {
    for (const world of all) {
      const [first, second] = orderOf(via);
      if (first === undefined || second === undefined || world.state.over) continue;
      if (world.state.answered !== undefined || count(world, 'start', second) > 0) continue;
      const failed = next(world, { type: 'ended', way: first, settles: false });
      expect(count(failed, 'start', second)).toBe(1);
      if (world.timer) expect(count(next(world, { type: 'time' }), 'start', second)).toBe(1);
      expect(world.timer).toBe(true);
    }
  });
});

describe('head starts', () => {
  const waits = (...inputs: ChoiceInput[]): readonly number[] => {
    const end = inputs.reduce(next, after(undefined, begin(orderOf('auto'))));
    return end.effects.flatMap((each) => (each.type === 'wait' ? [each.ms] : []));
  };

  it('give Bluetooth more time once, when it has heard the car', () => {
    const heard: ChoiceInput = { type: 'heard', way: 'ble' };
    expect(waits()).toEqual([HEAD_START_MS.ble]);
    expect(waits(heard, heard)).toEqual([HEAD_START_MS.ble, HEARD_MS]);
    expect(waits({ type: 'time' }, heard)).toEqual([HEAD_START_MS.ble]);
  });

  it('leave Bluetooth a second after the cloud was asked first, and nothing prolongs that', () => {
    const [, wait] = begin(orderOf('cloud')).effects;
    expect(wait).toEqual({ type: 'wait', ms: HEAD_START_MS.cloud });
    expect(HEAD_START_MS.cloud).toBeLessThan(1_000);
    const { state } = begin(orderOf('cloud'));
    expect(step(state, { type: 'heard', way: 'cloud' }).effects).toEqual([]);
  });
});

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
  world.effects.filter(
    (each) => each.type === type && (!way || ('way' in each && each.way === way)),
  ).length;

const overOf = ({ effects }: World): ChoiceEffect[] =>
  effects.filter(({ type }) => type === 'over');

const startsAfter = (world: World): number =>
  Math.max(...inputsOf(world).map((input) => count(next(world, input), 'start')));

describe.each(VIAS)('the choice of ways by %s, in every order of 6 events', (via) => {
  const all = [...worlds(after(undefined, begin(orderOf(via))), 6)];
  /** Worlds in which that is so: the first few. */
  const where = (isWrong: (world: World) => boolean): World[] => all.filter(isWrong).slice(0, 3);

  it('sees many of them', () => {
    expect(all.length).toBeGreaterThan(via === 'ble' ? 50 : 5_000);
  });

  it('starts no way twice, none after an answer, and with ble none but that', () => {
    expect(where((world) => WAYS.some((way) => count(world, 'start', way) > 1))).toEqual([]);
    expect(where((world) => via === 'ble' && count(world, 'start', 'cloud') > 0)).toEqual([]);
    const late = where(
      (world) => world.state.answered !== undefined && startsAfter(world) > count(world, 'start'),
    );
    expect(late).toEqual([]);
  });

  it('is over once, and stops the other one that is under way', () => {
    expect(where((world) => overOf(world).length !== Number(world.state.over))).toEqual([]);
    const left = where((world) => {
      const [end] = overOf(world);
      const others = world.running.filter((way) => end?.type === 'over' && way !== end.by);
      return others.some((way) => end !== undefined && count(world, 'stop', way) !== 1);
    });
    expect(left).toEqual([]);
  });

  it('ends by the way that was answered first, whatever else comes', () => {
    const wrong = where((world) => {
      const [end] = overOf(world);
      const first = world.inputs.find(
        (input) => input.type === 'answered' || (input.type === 'ended' && input.settles),
      );
      if (end?.type !== 'over' || first === undefined || !('way' in first)) return false;
      return end.by !== first.way;
    });
    expect(wrong).toEqual([]);
  });

  it('ends without one only where all of them failed', () => {
    const failed = (world: World, way: Way): boolean =>
      world.inputs.some((input) => input.type === 'ended' && input.way === way && !input.settles);
    const wrong = where((world) => {
      const [end] = overOf(world);
      if (end?.type !== 'over' || end.by !== undefined) return false;
      return orderOf(via).some((way) => !failed(world, way));
    });
    expect(wrong).toEqual([]);
  });

  it('never waits for what does not come: something is under way until it is over', () => {
    expect(where(({ state, running }) => !state.over && running.length === 0)).toEqual([]);
  });

  it('gives the second way its turn when the first fails, or has had its time', () => {
    const [first, second] = orderOf(via);
    if (first === undefined || second === undefined) return;
    const wrong = where((world) => {
      const { over, answered } = world.state;
      if (over || answered !== undefined || count(world, 'start', second) > 0) return false;
      const failed = next(world, { type: 'ended', way: first, settles: false });
      const timed = next(world, { type: 'time' });
      return !world.timer || [failed, timed].some((each) => count(each, 'start', second) !== 1);
    });
    expect(wrong).toEqual([]);
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

import { describe, expect, it } from '@jest/globals';
import { alphabets, pairs } from './alphabets.js';
import { canonical } from './canonical.js';
import { ENDS } from './ends.js';
import { BEFORE, beginning, unlocks } from './events.js';
import { Memory } from './memory.js';
import type { State } from './memory.js';
import { getsIn, nothingTold, tell } from './oracle.js';
import type { Said } from './oracle.js';
import { kindsOf, searches } from './search.js';
import { exactly, PARTS } from './state.js';
import type { Event, Part } from './state.js';
import { OUTAGE_WORLDS } from './worlds.js';

/** A few numbers, the same each time. */
const numbers = (seed: number) => (below: number) => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return (seed >>> 8) % below;
};

const AS_IT_IS = (_: Part, value: unknown): unknown => value;

/** Two hundred were tried, too. */
const STORIES = 4;

const textOf = (memory: Memory, state: State): string =>
  exactly(PARTS.map((part) => canonical(part, memory.value(state, part))));

describe('the search over an outage', () => {
  it.each(OUTAGE_WORLDS.map((world) => [world.name, world] as const))(
    'has every two kinds of events together in one alphabet: %s',
    (_, world) => {
      const kinds = kindsOf(world);
      const names = (side: string) => (few: typeof kinds) =>
        few.filter((each) => each.side === side).map(({ name }) => name);
      const of = (few: typeof kinds) => ({ near: names('near')(few), far: names('far')(few) });
      const four = searches(kinds).filter(({ most }) => most === 4);
      const together = new Set(four.flatMap((each) => pairs(of(each.kinds))));
      expect([...together].sort()).toEqual(pairs(of(kinds)).toSorted());
    },
  );

  it('tells kinds that fit in no alphabet', () => {
    const isWord = (): boolean => true;
    expect(alphabets({ near: ['a'], far: ['b'] }, isWord)).toHaveLength(1);
    const near = ['a', 'b'];
    expect(() => alphabets({ near, far: ['c'] }, isWord)).toThrow('no alphabet has a + b');
  });

  // Were what is remembered, or taken for the same, not the same, it would come to something else here.
  it('comes to the same where nothing is remembered, and everything is left in its order', async () => {
    const inOrder = new Memory();
    const random = numbers(16);
    for (let story = 0; story < STORIES; story++) {
      const world = OUTAGE_WORLDS[story % OUTAGE_WORLDS.length];
      const all = world === undefined ? [] : kindsOf(world).flatMap(({ events }) => events);
      const [end = []] = Object.values(ENDS).slice(random(3));
      const events: Event[] = Array.from({ length: 8 }, () => all[random(all.length)] ?? unlocks);
      const beforehand = [...BEFORE, ...(world?.left ?? [])];
      let state = await inOrder.inOrder(inOrder.state(beginning()), beforehand);
      let plain = new Memory(AS_IT_IS);
      let other = await plain.inOrder(plain.state(beginning()), beforehand);
      for (const event of [...events, ...end, unlocks]) {
        const parts = PARTS.map((part) => [part, plain.value(other, part)] as const);
        plain = new Memory(AS_IT_IS);
        const unknown = plain.state(Object.fromEntries(parts) as never);
        const after = await inOrder.after(state, event);
        const afterwards = await plain.after(unknown, event);
        expect(afterwards === undefined).toBe(after === undefined);
        state = after ?? state;
        other = afterwards ?? unknown;
        expect(textOf(plain, other)).toBe(textOf(inOrder, state));
      }
    }
  });

  it('lets an event happen once in states that are the same to it, and tells one that has read something else', async () => {
    const memory = new Memory();
    const parts = beginning();
    let times = 0;
    const reads: Event = (draft) => draft.get(times++ === 0 ? 'Ada' : 'Ben').state === 'paired';
    for (const now of [1, 2]) {
      const state = memory.state({ ...parts, now });
      expect(await memory.after(state, reads)).toEqual(state);
    }
    expect(times).toBe(1);
    const other = memory.state({ ...parts, Ada: { ...parts.Ada, name: 'another' } });
    await expect(memory.after(other, reads)).rejects.toThrow('does not depend on what it reads');
  });

  it('knows who gets in by what was said', () => {
    const after = (...said: readonly Said[]) => getsIn(said.reduce(tell, nothingTold));
    const granted = { what: 'granted', by: 'Ada', date: 1000 } as const;
    const suspended = { what: 'suspended', by: 'Ben', at: 2000 } as const;
    expect(after()).toBe(false);
    expect(after(granted)).toBe(true);
    expect(after(granted, suspended)).toBe(false);
    expect(after(granted, suspended, { ...suspended, what: 'resumed' })).toBe(true);
    expect(after(granted, suspended, { ...suspended, by: 'Ada', what: 'resumed' })).toBe(false);
    expect(after(granted, { what: 'removed', at: 900 })).toBe(false);
    expect(after({ what: 'removed', at: 100 }, granted)).toBe(true);
    expect(after(granted, { ...suspended, what: 'revoked' }, { ...granted, date: 3000 })).toBe(
      true,
    );
    expect(after(granted, { ...suspended, what: 'revoked' }, suspended)).toBe(false);
  });
});

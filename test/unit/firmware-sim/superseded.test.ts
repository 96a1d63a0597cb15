import { describe, expect, it } from '@jest/globals';
import { BEHAVIORS } from '../../../firmware-sim/behaviors.js';
import type { Behaviors } from '../../../firmware-sim/behaviors.js';
import { volatileMemory } from '../../../firmware-sim/memory/memory.js';
import {
  MOST_OUTCOMES,
  MOST_OUTCOMES_OF_ALL,
} from '../../../firmware-sim/memory/outcome-record.js';
import { decodeRecord, encodeRecord } from '../../../firmware-sim/memory/record.js';
import { OUTCOME_SECONDS } from '../../../firmware-sim/outcome-memory.js';
import { held, id, carWithTwo as car } from './outcome-rig.js';

describe('a command that voids others', () => {
  it('is done, and they are not when they come', async () => {
    const { ask, instead, seen, car: its } = await car();
    expect(await instead('lock', 3, [1, 2])).toBe('done');
    seen();
    for (let n = 0; n < 2; n++) {
      expect(await ask('unlock', 1)).toBe('superseded');
      expect(await instead('start', 2, [1])).toBe('superseded');
    }
    expect(seen()).toEqual(Array(4).fill('command-refused'));
    expect(its.status()).toMatchObject({ locked: true, driveSecondsLeft: 0 });
    expect(await ask('unlock', 4)).toBe('done');
  });

  it('takes nothing back: what was done was done, and what was refused was refused', async () => {
    const { ask, instead, car: its } = await car();
    expect(await ask('unlock', 1)).toBe('done');
    its.hand({ type: 'open', closure: 'front-left' });
    expect(await ask('lock', 2)).toBe('door-open');
    its.hand({ type: 'close', closure: 'front-left' });
    expect(await instead('lock', 3, [1, 2])).toBe('done');
    expect(await ask('unlock', 1)).toBe('done');
    expect(await ask('lock', 2)).toBe('door-open');
    expect(its.status().locked).toBe(true);
  });

  it('voids them also where it is refused itself', async () => {
    const { ask, instead, car: its } = await car();
    await ask('unlock');
    its.hand({ type: 'open', closure: 'front-left' });
    expect(await instead('lock', 2, [1])).toBe('door-open');
    expect(await ask('trunk', 1)).toBe('superseded');
  });

  it('voids what any copy of it names', async () => {
    const { ask, instead, store } = await car();
    expect(await ask('lock', 3)).toBe('done');
    expect(await instead('lock', 3, [1])).toBe('done');
    expect(await ask('unlock', 1)).toBe('superseded');
    expect(await instead('unlock', 1, [2])).toBe('superseded');
    expect(await ask('unlock', 2)).toBe('superseded');
    expect(store.record.outcomes).toHaveLength(3);
  });

  it('is answered again after what that copy names and is under way', async () => {
    const { behaviors, reached, letGo } = held('unlock');
    const { ask, instead, seen } = await car({ behaviors });
    expect(await ask('trunk', 3)).toBe('done');
    const order: string[] = [];
    const older = ask('unlock', 1).then(() => order.push('older'));
    await reached();
    const again = instead('trunk', 3, [1]).then(() => order.push('again'));
    expect(await ask('trunk', 4)).toBe('done');
    expect(order).toEqual([]);
    letGo();
    await Promise.all([older, again]);
    expect(order).toEqual(['older', 'again']);
    expect(seen()).toEqual(['door-opened', 'unlocked']);
  });

  it('that comes twice at once, naming others each time, is done once and voids all', async () => {
    const { behaviors, reached, letGo } = held('lock');
    const { ask, instead, seen } = await car({ behaviors });
    await ask('unlock');
    const first = instead('lock', 3, [1]);
    await reached();
    const second = instead('lock', 3, [2]);
    letGo();
    expect(await Promise.all([first, second])).toEqual(['done', 'done']);
    expect(seen()).toEqual(['unlocked', 'locked']);
    expect(await ask('unlock', 1)).toBe('superseded');
    expect(await ask('unlock', 2)).toBe('superseded');
  });

  it('that was done is not told that nothing was done, where there is no room for what a copy names', async () => {
    const { ask, instead } = await car();
    expect(await instead('lock', 1, [11, 12, 13, 14])).toBe('done');
    expect(await instead('lock', 2, [15, 16, 17, 18])).toBe('done');
    expect(await instead('lock', 2, [19])).toBe('fault');
    expect(await ask('lock', 2)).toBe('done');
    expect(await ask('unlock', 19)).toBe('done');
  });

  it('voids those of its own key alone', async () => {
    const { ask, instead, keys } = await car();
    expect(await instead('lock', 2, [1])).toBe('done');
    expect(await ask('unlock', 1, keys[1])).toBe('done');
    expect(await ask('unlock', 1)).toBe('superseded');
  });

  it('acts after one of them that is under way, never before', async () => {
    const { behaviors, reached, letGo } = held('unlock');
    const { ask, instead, seen, car: its } = await car({ behaviors });
    const older = ask('unlock', 1);
    await reached();
    const newer = instead('lock', 2, [1]);
    const again = ask('unlock', 1);
    expect(await ask('trunk', 3)).toBe('done');
    expect(seen()).toEqual(['door-opened']);
    letGo();
    expect(await Promise.all([older, newer, again])).toEqual(['done', 'done', 'done']);
    expect(seen()).toEqual(['unlocked', 'locked']);
    expect(its.status().locked).toBe(true);
  });

  it('acts after one of them that is under way for longer than anything is remembered', async () => {
    const { behaviors, reached, letGo } = held('unlock');
    const { ask, instead, seen, wall } = await car({ behaviors });
    const older = ask('unlock', 1);
    await reached();
    wall.seconds += 2 * OUTCOME_SECONDS;
    const newer = instead('lock', 2, [1]);
    expect(await ask('trunk', 3)).toBe('done');
    letGo();
    expect(await Promise.all([older, newer])).toEqual(['done', 'done']);
    expect(seen()).toEqual(['door-opened', 'unlocked', 'locked']);
  });

  it('acts also when one of them that was under way has failed', async () => {
    const behaviors: Behaviors = new Map(BEHAVIORS).set('unlock', () =>
      Promise.reject(new Error('stuck')),
    );
    const { ask, instead } = await car({ behaviors });
    const older = ask('unlock', 1);
    const newer = instead('lock', 2, [1]);
    await expect(older).rejects.toThrow('stuck');
    expect(await newer).toBe('done');
    expect(await ask('unlock', 1)).toBe('fault');
  });

  it('waits for nobody who waits for it', async () => {
    const { instead } = await car();
    expect(await Promise.all([instead('lock', 1, [2]), instead('trunk', 2, [1])])).toEqual([
      'done',
      'superseded',
    ]);
  });

  it('is remembered with what it voids, before it acts', async () => {
    const memory = volatileMemory();
    const { behaviors, reached } = held('lock');
    const before = await car({ memory, behaviors });
    void before.instead('lock', 2, [1]);
    await reached();
    const after = await car({ memory });
    expect(await after.ask('unlock', 1)).toBe('superseded');
    expect(await after.instead('lock', 2, [1])).toBe('fault');
  });

  it('leaves open what a power cut left open', async () => {
    const memory = volatileMemory();
    const { behaviors, reached } = held('unlock');
    const before = await car({ memory, behaviors });
    void before.ask('unlock', 1);
    await reached();
    const after = await car({ memory });
    expect(await after.instead('lock', 2, [1])).toBe('done');
    expect(await after.ask('unlock', 1)).toBe('fault');
  });

  it('voids them for as long as they could act, and no longer', async () => {
    const { ask, instead, wall, store } = await car();
    await instead('lock', 2, [1, 1]);
    expect(store.record.outcomes).toHaveLength(2);
    wall.seconds += OUTCOME_SECONDS - 1;
    expect(await ask('unlock', 1)).toBe('superseded');
    wall.seconds += 1;
    expect(await ask('unlock', 1)).toBe('done');
  });

  it('that only looks voids nothing', async () => {
    const { car: its, keys, ask } = await car();
    await its.execute({ type: 'status', id: id(2), voids: [id(1)] }, keys[0]);
    expect(await ask('unlock', 1)).toBe('done');
  });

  it('is refused where there is no room for what it voids, and leaves no trace', async () => {
    const { ask, instead, keys, store } = await car();
    expect(await instead('lock', 1, [11, 12, 13, 14])).toBe('done');
    expect(await instead('lock', 2, [15, 16, 17])).toBe('done');
    expect(await instead('lock', 3, [18, 19])).toBe('busy');
    expect(store.record.outcomes).toHaveLength(9);
    // What is void already takes no more room.
    expect(await instead('lock', 4, [11, 12, 17, 18])).toBe('done');
    expect(await instead('lock', 5, [19])).toBe('busy');
    expect(await ask('unlock', 19)).toBe('done');
    // It has left its room to commands, of its own key and of others.
    for (const n of [6, 7, 8, 9]) expect(await ask('trunk', n)).toBe('done');
    expect(await ask('trunk', 10)).toBe('busy');
    expect(await instead('lock', 3, [18, 19], keys[1])).toBe('done');
  });

  it('is refused where there is no room for what all keys void, which are still heard', async () => {
    const { ask, instead, store, wall } = await car();
    const outcomes = Array.from({ length: MOST_OUTCOMES_OF_ALL }, (_, n) => ({
      key: id(100 + Math.floor(n / MOST_OUTCOMES)),
      id: id(n),
      until: wall.seconds + OUTCOME_SECONDS,
      outcome: 'superseded' as const,
    }));
    await store.update((record) => ({ record: { ...record, outcomes }, value: undefined }));
    expect(await instead('lock', 2, [1])).toBe('busy');
    expect(await ask('unlock', 1)).toBe('done');
    const read = decodeRecord(encodeRecord(store.record));
    expect(read.outcomes).toEqual(store.record.outcomes);
  });
});

import { describe, expect, it } from '@jest/globals';
import { BEHAVIORS } from '../../../firmware-sim/behaviors.js';
import type { Behaviors } from '../../../firmware-sim/behaviors.js';
import { volatileMemory } from '../../../firmware-sim/memory/memory.js';
import {
  MOST_OUTCOMES,
  MOST_OUTCOMES_OF_ALL,
  SHARED_OUTCOMES,
} from '../../../firmware-sim/memory/outcome-record.js';
import { decodeRecord, encodeRecord, newRecord } from '../../../firmware-sim/memory/record.js';
import { OUTCOME_SECONDS } from '../../../firmware-sim/outcome-memory.js';
import { carWithTwo as car, id } from './outcome-rig.js';
import { outcomeOf } from './rig.js';
import { BOB, town } from './sharing-rig.js';

describe('a command with an id', () => {
  it('is done once, however often it comes', async () => {
    const { ask, seen, car: its } = await car();
    expect(await ask('unlock', 1)).toBe('done');
    expect(await ask('lock')).toBe('done');
    expect(seen()).toEqual(['unlocked', 'locked']);
    for (let n = 0; n < 3; n++) expect(await ask('unlock', 1)).toBe('done');
    expect(seen()).toEqual([]);
    expect(its.status().locked).toBe(true);
    expect(await ask('unlock', 2)).toBe('done');
    expect(seen()).toEqual(['unlocked']);
  });

  it('is refused again where it was refused, also when it could be done by now', async () => {
    const { ask, car: its } = await car();
    await ask('unlock');
    its.hand({ type: 'open', closure: 'front-left' });
    expect(await ask('lock', 1)).toBe('door-open');
    its.hand({ type: 'close', closure: 'front-left' });
    expect(await ask('lock', 1)).toBe('door-open');
    expect(its.status().locked).toBe(false);
    expect(await ask('lock', 2)).toBe('done');
  });

  it('is of one key: what another one sends with the same id is another command', async () => {
    const { ask, keys, car: its } = await car();
    expect(await ask('unlock', 1)).toBe('done');
    its.hand({ type: 'open', closure: 'front-left' });
    expect(await ask('lock', 1, keys[1])).toBe('door-open');
    expect(await ask('unlock', 1)).toBe('done');
    expect(await ask('lock', 1, keys[1])).toBe('door-open');
  });

  it('uses up one use', async () => {
    const { grant, attempt, store } = await town();
    expect(await attempt(BOB, 'lock', grant(BOB, { uses: 2 }))).toBe('done');
    for (let n = 0; n < 3; n++) {
      expect(await attempt(BOB, { type: 'unlock', id: id(1) })).toBe('done');
    }
    expect(store.record.keys[1]?.grant?.used).toBe(1);
  });

  it('that comes twice at once is done once, and both are told what came of it', async () => {
    const { ask, seen, car: its } = await car();
    expect(await Promise.all([ask('unlock', 1), ask('unlock', 1)])).toEqual(['done', 'done']);
    expect(seen()).toEqual(['unlocked']);
    its.hand({ type: 'open', closure: 'front-left' });
    seen();
    expect(await Promise.all([ask('lock', 2), ask('lock', 2)])).toEqual(['door-open', 'door-open']);
    expect(seen()).toEqual(['command-refused', 'command-refused']);
  });

  it('that only looks is answered anew', async () => {
    const { car: its, keys, store } = await car();
    const looks = [
      [{ type: 'status' }, 'status'],
      [{ type: 'listKeys' }, 'keys'],
      [{ type: 'listRevocations', page: 0 }, 'revocations'],
    ] as const;
    for (const [command, outcome] of looks) {
      for (let n = 0; n < 2; n++) {
        const result = await its.execute({ ...command, id: id(1) }, keys[0]);
        expect(outcomeOf(result)).toBe(outcome);
      }
    }
    expect(store.record.outcomes).toEqual([]);
  });
});

describe('the memory of outcomes', () => {
  it('lasts for longer than a command can act, and no longer', async () => {
    const { ask, wall, seen, store } = await car();
    await ask('trunk', 1);
    wall.seconds += OUTCOME_SECONDS - 1;
    await ask('trunk', 2);
    expect(await ask('trunk', 1)).toBe('done');
    expect(store.record.outcomes).toHaveLength(2);
    wall.seconds += 1;
    await ask('unlock');
    seen();
    expect(await ask('lock', 1)).toBe('done');
    expect(seen()).toEqual(['locked']);
    expect(store.record.outcomes.map((each) => each.id)).toEqual([id(2), id(1)]);
  });

  it('has room for eight of each key, and more for those that need it; the next is refused, and does nothing', async () => {
    const { ask, keys, wall, seen } = await car();
    const most = MOST_OUTCOMES + SHARED_OUTCOMES;
    for (let n = 1; n <= most; n++) expect(await ask('trunk', n)).toBe('done');
    seen();
    expect(await ask('unlock', most + 1)).toBe('busy');
    expect(seen()).toEqual(['command-refused']);
    expect(await ask('trunk', most)).toBe('done');
    // Whatever one key does, the others have their eight.
    for (let n = 1; n <= MOST_OUTCOMES; n++) expect(await ask('trunk', n, keys[1])).toBe('done');
    expect(await ask('trunk', MOST_OUTCOMES + 1, keys[1])).toBe('busy');
    expect(await ask('lock')).toBe('done');
    wall.seconds += OUTCOME_SECONDS;
    seen();
    expect(await ask('unlock', most + 1)).toBe('done');
    expect(seen()).toEqual(['unlocked']);
  });

  it('has room for so many of all keys, also of those that were removed', async () => {
    const { ask, store, wall, seen } = await car();
    const until = wall.seconds + OUTCOME_SECONDS;
    const outcomes = Array.from({ length: MOST_OUTCOMES_OF_ALL - 1 }, (_, n) => {
      return {
        key: id(100 + Math.floor(n / MOST_OUTCOMES)),
        id: id(n),
        until,
        outcome: 'done' as const,
      };
    });
    await store.update((record) => ({ record: { ...record, outcomes }, value: undefined }));
    expect(await ask('unlock', 1)).toBe('done');
    seen();
    expect(await ask('lock', 2)).toBe('busy');
    expect(seen()).toEqual(['command-refused']);
  });

  it('does not last for ever where the clock was turned back', async () => {
    const { ask, wall, seen } = await car();
    await ask('unlock', 1);
    wall.seconds -= 1_000_000;
    await ask('lock', 2);
    expect(await ask('unlock', 1)).toBe('done');
    seen();
    wall.seconds += OUTCOME_SECONDS;
    expect(await ask('unlock', 1)).toBe('done');
    expect(seen()).toEqual(['unlocked']);
  });

  it('is of the car that was: a factory reset forgets it', async () => {
    const { ask, car: its, store } = await car();
    await ask('unlock', 1);
    await ask('lock');
    await its.reset();
    expect(store.record.outcomes).toEqual([]);
  });
});

describe('a power cut', () => {
  it('after a command has begun: it is not done again, and nobody says that it was done', async () => {
    const memory = volatileMemory();
    let begun = 0;
    const hangs: Behaviors = new Map(BEHAVIORS).set('unlock', () => {
      begun += 1;
      return new Promise<never>(() => undefined);
    });
    const before = await car({ memory, behaviors: hangs });
    void before.ask('unlock', 1);
    while (begun === 0) await Promise.resolve();
    const after = await car({ memory });
    expect(await after.ask('unlock', 1)).toBe('fault');
    expect(after.car.status().locked).toBe(true);
    expect(await after.ask('unlock', 2)).toBe('done');
  });

  it('after it was answered: the answer is the same', async () => {
    const memory = volatileMemory();
    const before = await car({ memory });
    expect(await before.ask('unlock', 1)).toBe('done');
    const after = await car({ memory });
    expect(await after.ask('unlock', 1)).toBe('done');
    expect(after.car.status().locked).toBe(true);
    expect(after.seen()).toEqual([]);
  });

  it('or a full disk before it has begun: nothing is done', async () => {
    const memory = volatileMemory();
    let full = false;
    const setup = await car({
      memory: {
        load: () => memory.load(),
        commit: (record) => (full ? Promise.reject(new Error('full')) : memory.commit(record)),
      },
    });
    full = true;
    await expect(setup.ask('unlock', 1)).rejects.toThrow('full');
    expect(setup.seen()).toEqual([]);
    full = false;
    expect(await setup.ask('unlock', 1)).toBe('done');
    expect(setup.seen()).toEqual(['unlocked']);
  });
});

describe('the record', () => {
  const text = (outcomes: unknown): string => {
    const record = JSON.parse(encodeRecord(newRecord(new Uint8Array(32)))) as object;
    return JSON.stringify({ ...record, outcomes });
  };
  const each = { key: '01'.repeat(8), id: '02'.repeat(8), until: 7, outcome: 'begun' };

  it('keeps the outcomes', () => {
    const words = ['begun', 'done', 'superseded', 'door-open'] as const;
    const read = decodeRecord(text(words.map((outcome) => ({ ...each, outcome }))));
    expect(read.outcomes).toEqual(
      words.map((outcome) => ({ key: id(1), id: id(2), until: 7, outcome })),
    );
    expect(decodeRecord(encodeRecord(read))).toEqual(read);
  });

  it('of what a car did can be read again', async () => {
    const { ask, store } = await car();
    await ask('unlock', 1);
    expect(decodeRecord(encodeRecord(store.record)).outcomes).toEqual(store.record.outcomes);
    expect(store.record.outcomes).toMatchObject([{ outcome: 'done' }]);
  });

  it.each([
    ['more than there is room for', Array(2 * MOST_OUTCOMES_OF_ALL + 1).fill(each)],
    ['a short key', [{ ...each, key: '01'.repeat(7) }]],
    ['a long id', [{ ...each, id: '02'.repeat(9) }]],
    ['a time before 1970', [{ ...each, until: -1 }]],
    ['a word of later versions', [{ ...each, outcome: 'flown' }]],
    ['nothing', null],
  ])('has no such outcomes: %s', (_, outcomes) => {
    expect(() => decodeRecord(text(outcomes))).toThrow();
  });
});

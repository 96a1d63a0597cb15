import { describe, expect, it } from '@jest/globals';
import { volatileMemory } from '../../../../firmware-sim/memory/memory.js';
import type { Memory } from '../../../../firmware-sim/memory/memory.js';
import type { CarRecord } from '../../../../firmware-sim/memory/record.js';
import { RecordStore } from '../../../../firmware-sim/memory/store.js';
import { sampleRecord } from './sample.js';

/** A memory that notes what is committed, and fails on demand. */
const noting = () => {
  const inner = volatileMemory();
  const commits: { readonly tries: number; readonly erases: boolean | undefined }[] = [];
  const state = { broken: false };
  const memory: Memory = {
    load: () => inner.load(),
    commit: (record, { erases } = {}) => {
      if (state.broken) return Promise.reject(new Error('full'));
      commits.push({ tries: record.pairingTries, erases });
      return inner.commit(record);
    },
  };
  return { memory, commits, state };
};

const plusOne = (record: CarRecord) => ({
  record: { ...record, pairingTries: record.pairingTries + 1 },
  value: record.pairingTries,
});

describe('RecordStore', () => {
  it('makes a new record durable over whatever was there, and takes one that there is', async () => {
    const { memory, commits } = noting();
    const first = await RecordStore.open(memory, () => sampleRecord(1));
    expect(first.record).toEqual(sampleRecord(1));
    expect(commits).toEqual([{ tries: 1, erases: true }]);
    const second = await RecordStore.open(memory, () => sampleRecord(2));
    expect(second.record).toEqual(sampleRecord(1));
    expect(commits).toHaveLength(1);
  });

  it('changes one after the other, each on what the one before left', async () => {
    const { memory, commits } = noting();
    const store = await RecordStore.open(memory, () => sampleRecord(0));
    const values = await Promise.all([store.update(plusOne), store.update(plusOne)]);
    expect(values).toEqual([0, 1]);
    expect(store.record.pairingTries).toBe(2);
    expect(commits.slice(1)).toEqual([
      { tries: 1, erases: false },
      { tries: 2, erases: false },
    ]);
    await store.update((record) => ({ ...plusOne(record), erases: true }));
    expect(commits.at(-1)).toEqual({ tries: 3, erases: true });
  });

  it('commits nothing where nothing changes', async () => {
    const { memory, commits } = noting();
    const store = await RecordStore.open(memory, () => sampleRecord(0));
    expect(await store.update(({ keys }) => ({ value: keys.length }))).toBe(0);
    expect(commits).toHaveLength(1);
    expect(store.record).toEqual(sampleRecord(0));
  });

  it('keeps what it had where the change or the commit fails, and goes on', async () => {
    const { memory, state } = noting();
    const store = await RecordStore.open(memory, () => sampleRecord(0));
    state.broken = true;
    await expect(store.update(plusOne)).rejects.toThrow('full');
    state.broken = false;
    const wrong = store.update(() => {
      throw new Error('wrong');
    });
    await expect(wrong).rejects.toThrow('wrong');
    expect(store.record.pairingTries).toBe(0);
    expect(await store.update(plusOne)).toBe(0);
    expect(store.record.pairingTries).toBe(1);
  });

  it('is idle when all that was asked for is done, whether it went well or not', async () => {
    const { memory } = noting();
    const store = await RecordStore.open(memory, () => sampleRecord(0));
    let done = 0;
    void store.update(plusOne).then(() => (done += 1));
    const failed = store.update(() => {
      throw new Error('wrong');
    });
    failed.catch(() => (done += 1));
    await store.idle();
    expect(done).toBe(2);
  });
});

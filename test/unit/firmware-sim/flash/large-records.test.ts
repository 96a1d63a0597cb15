import { describe, expect, it } from '@jest/globals';
import { FlashMemory } from '../../../../firmware-sim/flash/flash-memory.js';
import { SimulatedFlash } from '../../../support/flash/simulated-flash.js';
import { encodeRecord } from '../../../../firmware-sim/memory/record.js';
import type { CarRecord } from '../../../../firmware-sim/memory/record.js';
import { fullestRecord, sampleRecord } from '../memory/sample.js';

/** 24 KiB as it is written: more than 19 keys with grants and a thousand revocations take. */
const LARGE = sampleRecord(116);
const BYTES = encodeRecord(LARGE).length;

/** So small that all of it is soon used. */
const geometry = { sectors: 128, sectorBytes: 4096, wordBytes: 8 };

/** A flash that holds it. */
const flashWithLarge = async () => {
  const flash = new SimulatedFlash({ geometry });
  const memory = new FlashMemory(flash);
  await memory.load();
  await memory.commit(LARGE);
  const words = async (record: CarRecord): Promise<number> => {
    const before = flash.counts.words;
    await memory.commit(record);
    return flash.counts.words - before;
  };
  return { flash, memory, words };
};

const withTries = (pairingTries: number): CarRecord => ({ ...LARGE, pairingTries });

const withName = (record: CarRecord, slot: number, name: string): CarRecord => ({
  ...record,
  keys: record.keys.map((key) => (key.slot === slot ? { ...key, name } : key)),
});

const wear = (flash: SimulatedFlash): number[] =>
  Array.from({ length: flash.geometry.sectors }, (_, sector) => flash.wear(sector));

describe('a record of 24 KiB', () => {
  it('is held, and committed as a whole where something is taken away', async () => {
    expect(BYTES).toBeGreaterThan(24 * 1024);
    const { flash, memory } = await flashWithLarge();
    await memory.commit(withTries(5), { erases: true });
    const again = new SimulatedFlash({ geometry, image: flash.image() });
    expect(await new FlashMemory(again).load()).toEqual(withTries(5));
    expect(again.steps).toBe(0);
  });

  it('takes a few words for each place that changes, however far apart', async () => {
    const { words } = await flashWithLarge();
    expect(await words(withTries(7))).toBe(12);
    // A number at the beginning, a name in the middle, another one at the end.
    const middle = withName(withTries(8), 60, 'Ben');
    expect(await words(withName(middle, 115, 'Cleo'))).toBeLessThanOrEqual(24);
  });

  it('wears the flash evenly, committed as a whole and in small changes', async () => {
    const { flash, memory } = await flashWithLarge();
    for (let commit = 1; commit <= 40; commit++) {
      await memory.commit(withTries(commit), { erases: true });
    }
    const before = flash.counts;
    const SMALL = 300;
    for (let commit = 1; commit <= SMALL; commit++) await memory.commit(withTries(100 + commit));
    const { words, erases } = flash.counts;
    // With the new chains now and then.
    expect((words - before.words) / SMALL).toBeLessThan(24);
    expect((erases - before.erases) / SMALL).toBeLessThan(0.05);
    const erased = wear(flash);
    expect(Math.min(...erased)).toBeGreaterThan(5);
    expect(Math.max(...erased) - Math.min(...erased)).toBeLessThanOrEqual(2);
  });
});

const triesOf = (record: CarRecord, pairingTries: number): CarRecord => ({
  ...record,
  pairingTries,
});

const reloaded = (flash: SimulatedFlash): Promise<CarRecord | undefined> =>
  new FlashMemory(new SimulatedFlash({ geometry, image: flash.image() })).load();

it('a memory keeps records of 32 KiB, changes them, and refuses ones that are too large', async () => {
  const flash = new SimulatedFlash({ geometry });
  const memory = new FlashMemory(flash);
  await memory.load();
  const large = sampleRecord(140);
  const entry = { kind: 'revoked', until: 1, number: 1, issuedAt: 1 } as const;
  const entries = Array.from({ length: 2048 }, (_, n) => ({
    fingerprint: Uint8Array.of(n >> 8, n & 255, 0, 0, 0, 0, 0, 0),
    ...entry,
  }));
  const tooLarge: CarRecord = { ...large, own: { floor: { until: 0 }, entries } };
  await memory.commit(large);
  for (let tries = 0; tries < 50; tries++) await memory.commit(triesOf(large, tries));
  await memory.commit(triesOf(large, 50), { erases: true });
  expect(await reloaded(flash)).toEqual(triesOf(large, 50));
  await expect(memory.commit(tooLarge)).rejects.toMatchObject({
    code: 'sim.storage',
    cause: expect.objectContaining({ message: expect.stringContaining('too large') }),
  });
  // The refusal has changed nothing, and is no obstacle.
  expect(await reloaded(flash)).toEqual(triesOf(large, 50));
  await memory.commit(triesOf(large, 51));
  expect(await reloaded(flash)).toEqual(triesOf(large, 51));
});

it('a flash of the default geometry keeps the longest record that there is, and one change of it', async () => {
  const flash = new SimulatedFlash();
  const memory = new FlashMemory(flash);
  await memory.load();
  const record = fullestRecord();
  await memory.commit(record);
  await memory.commit(triesOf(record, 52));
  const again = new FlashMemory(new SimulatedFlash({ image: flash.image() }));
  const found = (await again.load()) ?? record;
  expect(encodeRecord(found) === encodeRecord(triesOf(record, 52))).toBe(true);
});

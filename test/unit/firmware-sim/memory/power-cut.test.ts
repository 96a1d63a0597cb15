import { describe, expect, it, jest } from '@jest/globals';
import { FileMemory } from '../../../../firmware-sim/memory/file-memory.js';
import { encodeRecord } from '../../../../firmware-sim/memory/record.js';
import type { CarRecord } from '../../../../firmware-sim/memory/record.js';
import { RecordStore } from '../../../../firmware-sim/memory/store.js';
import { CrashDisk, everyByte } from '../../local/crash-disk.js';
import type { Image } from '../../local/crash-disk.js';
import { sampleRecord } from './sample.js';

// Thousands of disk images; a busy machine takes its time over them.
jest.setTimeout(60_000);

const HOME = '/car';
/** Of coming up and one commit. */
const STEPS = 8;

const load = (image: Image): Promise<CarRecord | undefined> =>
  new FileMemory(HOME, { disk: new CrashDisk(image) }).load();

/** All of a record; compared as text, thousands of them take seconds less. */
const textOf = (record: CarRecord | undefined): string | undefined =>
  record === undefined ? undefined : encodeRecord(record);

/** What the disk holds after these commits. */
const imageOf = async (...records: readonly CarRecord[]): Promise<Image> => {
  const disk = new CrashDisk();
  const memory = new FileMemory(HOME, { disk });
  await memory.load();
  for (const record of records) await memory.commit(record);
  const [image] = disk.images(() => []);
  if (image === undefined) throw new Error('no image');
  return image;
};

/** Commits on that image with the power cut after `cutAfter` steps. */
const commitWithCut = async (
  image: Image,
  record: CarRecord,
  options: ConstructorParameters<typeof CrashDisk>[1],
): Promise<{ disk: CrashDisk; done: boolean }> => {
  const disk = new CrashDisk(image, options);
  const memory = new FileMemory(HOME, { disk });
  const done = await memory
    .load()
    .then(() => memory.commit(record))
    .then(
      () => true,
      () => false,
    );
  return { disk, done };
};

/** Cuts the power after every step of a commit; checks every image this may leave. */
const cutEverywhere = async (
  image: Image,
  record: CarRecord,
  options: { readonly writeLimit?: number; readonly ignores?: 'sync' | 'syncDirectory' },
  check: (left: Image, done: boolean) => Promise<void>,
): Promise<number> => {
  let images = 0;
  for (let cutAfter = 0; ; cutAfter++) {
    const { disk, done } = await commitWithCut(image, record, { ...options, cutAfter });
    for (const left of disk.images(everyByte)) {
      images += 1;
      await check(left, done);
    }
    if (disk.steps < cutAfter) return images;
  }
};

describe('a power cut in a commit', () => {
  const old = sampleRecord(1);
  const next = sampleRecord(2);

  it.each([1, 2, 3])('leaves the old record or the new one, after %i commits', async (commits) => {
    const image = await imageOf(...Array<CarRecord>(commits).fill(old));
    const texts = [old, next].map(textOf);
    const seen = new Set<number>();
    const images = await cutEverywhere(image, next, { writeLimit: 300 }, async (left, done) => {
      const found = await load(left);
      expect(done ? texts.slice(1) : texts).toContain(textOf(found));
      seen.add(found?.keys.length ?? 0);
    });
    expect([...seen].sort()).toEqual([1, 2]);
    expect(images).toBeGreaterThan(1000);
  });

  it('leaves a new car or one that has its identity, in the first commit', async () => {
    await cutEverywhere(new Map(), old, {}, async (left, done) => {
      const found = await load(left);
      if (done || found !== undefined) expect(found).toEqual(old);
    });
  });

  it('leaves a memory that the next commit can use, and a cut in that one too', async () => {
    const image = await imageOf(sampleRecord(0), old);
    const last = sampleRecord(3);
    for (let cut = 0; cut <= STEPS; cut++) {
      const { disk } = await commitWithCut(image, next, { cutAfter: cut });
      for (const left of disk.images((length) => [1, length >> 1, length - 1])) {
        const before = await load(left);
        for (let second = 0; second <= STEPS; second++) {
          const again = await commitWithCut(left, last, { cutAfter: second });
          for (const final of again.disk.images((length) => [1, length >> 1, length - 1])) {
            expect([again.done ? last : before, last].map(textOf)).toContain(
              textOf(await load(final)),
            );
          }
        }
      }
    }
  });

  it.each(['sync', 'syncDirectory'] as const)(
    'would be noticed here if the disk did nothing on %s',
    async (ignores) => {
      const image = await imageOf(old, old);
      let lost = 0;
      await cutEverywhere(image, next, { ignores }, async (left, done) => {
        const found = await load(left);
        if (done && found?.keys.length !== next.keys.length) lost += 1;
      });
      expect(lost).toBeGreaterThan(0);
    },
  );
});

describe('a car that is killed in a commit', () => {
  it('acts on what no later power cut can take away', async () => {
    const image = await imageOf(sampleRecord(0), sampleRecord(1));
    for (let cutAfter = 0; cutAfter <= STEPS; cutAfter++) {
      const { disk } = await commitWithCut(image, sampleRecord(2), { cutAfter });
      disk.goesOn = true;
      const found = await new FileMemory(HOME, { disk }).load();
      for (const left of disk.images(everyByte))
        expect(textOf(await load(left))).toBe(textOf(found));
    }
  });
});

describe('the count of tries', () => {
  it('never goes back behind what was acknowledged, wherever the power is cut', async () => {
    const image = await imageOf(sampleRecord(1, 0), sampleRecord(1, 0));
    for (let cutAfter = 1; cutAfter <= 25; cutAfter++) {
      const disk = new CrashDisk(image, { cutAfter });
      const store = await RecordStore.open(new FileMemory(HOME, { disk }), () => sampleRecord(0));
      let acknowledged = 0;
      const count = async (): Promise<void> => {
        await store.update((record) => ({
          record: { ...record, pairingTries: record.pairingTries + 1 },
          value: undefined,
        }));
        acknowledged += 1;
      };
      await Promise.allSettled([count(), count(), count(), count()]);
      for (const left of disk.images((length) => [0, length >> 1])) {
        const { pairingTries } = (await load(left)) ?? { pairingTries: -1 };
        expect(pairingTries).toBeGreaterThanOrEqual(acknowledged);
        expect(pairingTries).toBeLessThanOrEqual(4);
      }
    }
  });
});

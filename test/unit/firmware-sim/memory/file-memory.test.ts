import { describe, expect, it, jest } from '@jest/globals';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileMemory, MEMORY_FILES } from '../../../../firmware-sim/memory/file-memory.js';
import { volatileMemory } from '../../../../firmware-sim/memory/memory.js';
import { prepareHome } from '../../../../firmware-sim/memory/home.js';
import { RecordStore } from '../../../../firmware-sim/memory/store.js';
import { toHex } from '../../../../lib/platform/bytes.js';
import { commandOf, outcomeOf, rig } from '../rig.js';
import { CrashDisk } from './crash-disk.js';
import type { Image } from './crash-disk.js';
import { sampleRecord } from './sample.js';

jest.setTimeout(60_000);

const HOME = '/car';
const old = sampleRecord(1);
const next = sampleRecord(2);

/** Two generations, the newer in memory-b, read from a disk that keeps everything. */
const twoGenerations = async (): Promise<Map<string, Uint8Array>> => {
  const disk = new CrashDisk();
  const memory = new FileMemory(HOME, { disk });
  await memory.load();
  await memory.commit(old);
  await memory.commit(next);
  const [image] = disk.images(() => []);
  return new Map(image);
};

const load = (image: Image, warnings: string[] = []) =>
  new FileMemory(HOME, {
    disk: new CrashDisk(image),
    log: {
      debug: () => undefined,
      info: () => undefined,
      warn: (message, fields) => warnings.push(`${message}: ${String(fields?.['problem'])}`),
    },
  }).load();

const NEWEST = `${HOME}/memory-b`;
const OLDER = `${HOME}/memory-a`;

describe('FileMemory with a damaged file', () => {
  it('is a new car only when there is no file at all', async () => {
    expect(await load(new Map())).toBeUndefined();
  });

  it('reads the newest generation', async () => {
    const warnings: string[] = [];
    expect(await load(await twoGenerations(), warnings)).toEqual(next);
    expect(warnings).toEqual([]);
  });

  it('falls back to the last good one at any flipped bit of the newest', async () => {
    const image = await twoGenerations();
    const good = image.get(NEWEST) ?? new Uint8Array(0);
    expect(good.length).toBeGreaterThan(500);
    for (let at = 0; at < good.length; at++) {
      const bad = good.slice();
      bad[at] = (bad[at] ?? 0) ^ (1 << (at % 8));
      expect(await load(new Map(image).set(NEWEST, bad))).toEqual(old);
    }
  });

  it('falls back at any truncation, at added bytes, and at too many of them', async () => {
    const image = await twoGenerations();
    const good = image.get(NEWEST) ?? new Uint8Array(0);
    const damaged = [
      ...Array.from({ length: good.length }, (_, length) => good.slice(0, length)),
      Uint8Array.from([...good, 10]),
      new Uint8Array(1 << 20).fill(32),
    ];
    for (const bad of damaged) {
      const warnings: string[] = [];
      expect(await load(new Map(image).set(NEWEST, bad), warnings)).toEqual(old);
      expect(warnings).toHaveLength(1);
    }
  });

  it('replaces the damaged generation in the next commit, not the good one', async () => {
    const image = (await twoGenerations()).set(NEWEST, new Uint8Array(3));
    const disk = new CrashDisk(image);
    const memory = new FileMemory(HOME, { disk });
    expect(await memory.load()).toEqual(old);
    await memory.commit(sampleRecord(3));
    const [left] = disk.images(() => []);
    expect(left?.get(OLDER)).toEqual(image.get(OLDER));
    expect(await load(left ?? new Map())).toEqual(sampleRecord(3));
  });

  it('never makes a new identity when both are damaged, and tells no secret', async () => {
    const image = await twoGenerations();
    for (const file of [OLDER, NEWEST]) {
      const text = new TextDecoder().decode(image.get(file));
      image.set(file, new TextEncoder().encode(text.replace('"keys"', '"kezs"')));
    }
    const error: unknown = await RecordStore.open(
      new FileMemory(HOME, { disk: new CrashDisk(image) }),
      () => sampleRecord(0),
    ).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'sim.storage',
      message: expect.stringContaining('memory-a: wrong checksum; memory-b: wrong checksum'),
      hint: expect.stringContaining('Restore memory-a or memory-b'),
    });
    expect(String(error)).not.toContain(toHex(old.privateKey).slice(0, 8));
  });

  it('does not take one damaged file for a new car', async () => {
    const image = new Map([[OLDER, new Uint8Array(0)]]);
    await expect(load(image)).rejects.toMatchObject({ code: 'sim.storage' });
  });
});

describe('FileMemory', () => {
  it('goes on after a commit that failed', async () => {
    const disk = new CrashDisk(await twoGenerations(), { cutAfter: Infinity });
    const memory = new FileMemory(HOME, { disk });
    await memory.load();
    const { rename } = disk;
    disk.rename = () => Promise.reject(new Error('no space'));
    await expect(memory.commit(old)).rejects.toMatchObject({ code: 'sim.storage' });
    disk.rename = rename;
    await memory.commit(sampleRecord(3));
    expect(await new FileMemory(HOME, { disk }).load()).toEqual(sampleRecord(3));
  });

  it('writes nothing that it could not read again', async () => {
    const disk = new CrashDisk(await twoGenerations());
    const memory = new FileMemory(HOME, { disk });
    await memory.load();
    const { steps } = disk;
    const [key] = old.keys;
    if (key === undefined) throw new Error('no key');
    for (const keys of [[{ ...key, name: 'a\nb' }], [key, key], [{ ...key, slot: 256 }]]) {
      await expect(memory.commit({ ...old, keys })).rejects.toMatchObject({ code: 'sim.storage' });
    }
    expect(disk.steps).toBe(steps);
  });
});

describe('FileMemory on the real disk', () => {
  it('keeps a record in files that only their owner can read', async () => {
    const home = await mkdtemp(join(tmpdir(), 'phonekey-'));
    try {
      const nested = join(home, 'cars', 'one');
      await prepareHome(nested);
      const memory = new FileMemory(nested);
      expect(await memory.load()).toBeUndefined();
      await memory.commit(old);
      await memory.commit(next);
      expect((await readdir(nested)).sort()).toEqual([...MEMORY_FILES]);
      expect((await stat(nested)).mode & 0o777).toBe(0o700);
      for (const file of MEMORY_FILES) {
        expect((await stat(join(nested, file))).mode & 0o777).toBe(0o600);
      }
      expect(await new FileMemory(nested).load()).toEqual(next);
      await writeFile(join(nested, 'memory-b'), 'x');
      expect(await new FileMemory(nested).load()).toEqual(old);
      expect(await readFile(join(nested, 'memory-b'), 'utf8')).toBe('x');
    } finally {
      await rm(home, { recursive: true });
    }
  });

  it('refuses a directory that others may enter', async () => {
    const home = await mkdtemp(join(tmpdir(), 'phonekey-'));
    try {
      const open = join(home, 'open');
      await mkdir(open);
      await chmod(open, 0o755);
      await expect(prepareHome(open)).rejects.toMatchObject({
        code: 'sim.storage',
        hint: `Make it private: chmod 700 ${open}`,
      });
      await writeFile(join(home, 'file'), '');
      await expect(prepareHome(join(home, 'file'))).rejects.toMatchObject({ code: 'sim.storage' });
    } finally {
      await rm(home, { recursive: true });
    }
  });
});

describe('a removed key', () => {
  it.each(MEMORY_FILES)('stays removed when %s is damaged', async (damaged) => {
    const disk = new CrashDisk();
    const { car, enrol } = await rig({ memory: new FileMemory(HOME, { disk }) });
    const owner = await enrol(1);
    const guest = await enrol(2);
    const removed = await car.execute(commandOf('removeKey', guest.slot), owner);
    expect(outcomeOf(removed)).toBe('done');
    const [image = new Map<string, Uint8Array>()] = disk.images(() => []);
    const record = await load(new Map([...image, [`${HOME}/${damaged}`, Uint8Array.of(0)]]));
    expect(record?.keys.map(({ slot }) => slot)).toEqual([owner.slot]);
  });

  it('is removed although the second copy cannot be written', async () => {
    const memory = volatileMemory();
    let commitsLeft = Infinity;
    const { car, enrol, removed } = await rig({
      memory: {
        load: () => memory.load(),
        commit: (record) =>
          commitsLeft-- > 0 ? memory.commit(record) : Promise.reject(new Error('disk full')),
      },
    });
    const owner = await enrol(1);
    const guest = await enrol(2);
    commitsLeft = 1;
    expect(outcomeOf(await car.execute(commandOf('removeKey', guest.slot), owner))).toBe('done');
    expect(removed).toEqual([guest.publicKey]);
    expect(car.keys()).toEqual([owner]);
  });
});

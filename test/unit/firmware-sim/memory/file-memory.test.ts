import { describe, expect, it } from '@jest/globals';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileMemory, MEMORY_FILES } from '../../../../firmware-sim/memory/file-memory.js';
import { MAX_GENERATION_BYTES } from '../../../../firmware-sim/memory/generation.js';
import { encodeRecord } from '../../../../firmware-sim/memory/record.js';
import { volatileMemory } from '../../../../firmware-sim/memory/memory.js';
import { lockHome } from '../../../../firmware-sim/memory/home.js';
import { nodeDisk } from '../../../../local/files/disk.js';
import type { Disk } from '../../../../local/files/disk.js';
import { RecordStore } from '../../../../firmware-sim/memory/store.js';
import { defaultSuite } from '../../../../lib/crypto/index.js';
import { toHex, utf8 } from '../../../../lib/platform/bytes.js';
import { commandOf, outcomeOf, rig } from '../rig.js';
import { CrashDisk } from '../../local/crash-disk.js';
import { HOME, load, NEWEST, next, old, OLDER, twoGenerations } from './generations.js';
import { sampleRecord } from './sample.js';

describe('FileMemory with a damaged file', () => {
  it('is a new car only when there is no file at all', async () => {
    expect(await load(new Map())).toBeUndefined();
  });

  it('reads the newest generation', async () => {
    const warnings: string[] = [];
    expect(await load(await twoGenerations(), warnings)).toEqual(next);
    expect(warnings).toEqual([]);
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
      code: 'sim.damaged',
      message: expect.stringContaining('memory-a: wrong checksum; memory-b: wrong checksum'),
      hint:
        'Restore memory-a or memory-b from a backup, or delete both to make a new car; ' +
        'every phone must then be paired again.',
    });
    expect(String(error)).not.toContain(toHex(old.privateKey).slice(0, 8));
  });

  it('of an earlier format is refused as such: what to do is said, and nothing is lost', async () => {
    const image = await twoGenerations();
    for (const file of [OLDER, NEWEST]) {
      const text = new TextDecoder().decode(image.get(file));
      image.set(file, utf8(text.replace(/^phonekey-car 2 /, 'phonekey-car 1 ')));
    }
    await expect(load(image)).rejects.toMatchObject({
      code: 'sim.storage',
      message: `the car's memory in ${HOME} is of an earlier format`,
      hint: expect.stringMatching(/delete its directory; every phone must then be paired again/),
    });
    // Where one copy is of this format, it is that which counts.
    expect(await load(image.set(NEWEST, (await twoGenerations()).get(NEWEST)!))).toEqual(next);
  });

  it('does not take one damaged file for a new car', async () => {
    const image = new Map([[OLDER, new Uint8Array(0)]]);
    await expect(load(image)).rejects.toMatchObject({ code: 'sim.damaged' });
  });

  it('does not take names that lead nowhere for a new car', async () => {
    const disk = new CrashDisk(await twoGenerations());
    disk.read = () => Promise.resolve(undefined);
    const memory = new FileMemory(HOME, { disk });
    await expect(memory.load()).rejects.toMatchObject({
      code: 'sim.damaged',
      message: expect.stringContaining('memory-a: gone; memory-b: gone'),
    });
    expect(disk.steps).toBe(0);
  });
});

describe('FileMemory', () => {
  // power-cut.test.ts cuts at every byte as well, and what comes after.
  it('holds the old record or the new one wherever the power is cut, and what was confirmed', async () => {
    const image = await twoGenerations();
    const third = sampleRecord(0, 9);
    let confirmed = false;
    for (let cutAfter = 0; !confirmed && cutAfter < 20; cutAfter++) {
      const disk = new CrashDisk(image, { cutAfter });
      const memory = new FileMemory(HOME, { disk });
      confirmed = await memory
        .load()
        .then(() => memory.commit(third))
        .then(
          () => true,
          () => false,
        );
      for (const left of disk.images((length) => [1, length - 1])) {
        expect(confirmed ? [third] : [next, third]).toContainEqual(await load(left));
      }
    }
    expect(confirmed).toBe(true);
  });

  it('writes whatever takes something away over both copies', async () => {
    const disk = new CrashDisk(await twoGenerations());
    const memory = new FileMemory(HOME, { disk });
    await memory.load();
    const { steps } = disk;
    await memory.commit(sampleRecord(0, 9));
    const once = disk.steps - steps;
    await memory.commit(sampleRecord(0, 10), { erases: true });
    expect(disk.steps - steps).toBe(3 * once);
    const [image] = disk.images(() => []);
    for (const damaged of [NEWEST, OLDER]) {
      const left = new Map(image).set(damaged, new Uint8Array(0));
      expect(await load(left)).toEqual(sampleRecord(0, 10));
    }
  });

  it('says in which directory it cannot read or write, and why', async () => {
    const disk = new CrashDisk(await twoGenerations());
    const memory = new FileMemory(HOME, { disk });
    const cause = new Error('no disk');
    const fail = (): Promise<never> => Promise.reject(cause);
    const { read, syncDirectory } = disk;
    disk.read = fail;
    await expect(memory.load()).rejects.toMatchObject({
      message: "cannot read the car's memory in /car/memory-a",
      cause,
    });
    disk.read = read;
    disk.syncDirectory = fail;
    await expect(memory.load()).rejects.toMatchObject({
      message: "cannot read the car's memory in /car",
      cause,
    });
    disk.syncDirectory = syncDirectory;
    await memory.load();
    disk.createNew = fail;
    await expect(memory.commit(old)).rejects.toMatchObject({
      code: 'sim.storage',
      message: "cannot write the car's memory in /car",
      cause,
    });
  });

  it('closes the file that it could not write', async () => {
    const disk = new CrashDisk(await twoGenerations());
    const memory = new FileMemory(HOME, { disk });
    await memory.load();
    let closed = false;
    disk.createNew = () =>
      Promise.resolve({
        write: () => Promise.resolve(0),
        sync: () => Promise.resolve(),
        close: () => {
          closed = true;
          return Promise.resolve();
        },
      });
    await expect(memory.commit(old)).rejects.toMatchObject({
      cause: { message: 'the disk takes no more bytes' },
    });
    expect(closed).toBe(true);
  });

  it.each<[string, (good: string) => string]>([
    ['something before it', (good) => `x${good}`],
    ['a mark of the byte order', (good) => `\ufeff${good}`],
    ['something behind the checksum', (good) => good.replace('\n', ' \n')],
    ['another last byte', (good) => `${good.slice(0, -1)} `],
    ['nothing but a line', () => 'memory\n'],
  ])('is no memory of a car with %s', async (_, change) => {
    const image = await twoGenerations();
    const good = new TextDecoder().decode(image.get(NEWEST));
    const warnings: string[] = [];
    expect(await load(new Map(image).set(NEWEST, utf8(change(good))), warnings)).toEqual(old);
    expect(warnings).toEqual(['memory damaged, other copy used: memory-b: not a memory of a car']);
  });

  it('counts its generations beyond nine', async () => {
    const disk = new CrashDisk();
    const memory = new FileMemory(HOME, { disk });
    await memory.load();
    for (let tries = 1; tries <= 12; tries++) await memory.commit(sampleRecord(0, tries));
    expect(await new FileMemory(HOME, { disk }).load()).toEqual(sampleRecord(0, 12));
  });

  it('is read up to its largest size, and not taken for good beyond it', async () => {
    const image = await twoGenerations();
    const generation = (padding: number): Uint8Array => {
      const body = encodeRecord(next).replace(',', `,${' '.repeat(padding)}`);
      const sum = toHex(defaultSuite.sha512(utf8(`phonekey-car 2 3\n${body}`)).subarray(0, 32));
      return utf8(`phonekey-car 2 3 ${sum}\n${body}\n`);
    };
    const room = MAX_GENERATION_BYTES - generation(0).length;
    expect(await load(new Map(image).set(NEWEST, generation(room)))).toEqual(next);
    const warnings: string[] = [];
    expect(await load(new Map(image).set(NEWEST, generation(room + 1)), warnings)).toEqual(old);
    expect(warnings).toEqual(['memory damaged, other copy used: memory-b: too large']);
  });
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
      const release = await lockHome(nested);
      const memory = new FileMemory(nested);
      expect(await memory.load()).toBeUndefined();
      await memory.commit(old);
      await memory.commit(next);
      expect((await readdir(nested)).sort()).toEqual(['lock', ...MEMORY_FILES]);
      expect((await stat(nested)).mode & 0o777).toBe(0o700);
      for (const file of MEMORY_FILES) {
        expect((await stat(join(nested, file))).mode & 0o777).toBe(0o600);
      }
      expect(await new FileMemory(nested).load()).toEqual(next);
      await writeFile(join(nested, 'memory-b'), 'x');
      expect(await new FileMemory(nested).load()).toEqual(old);
      expect(await readFile(join(nested, 'memory-b'), 'utf8')).toBe('x');
      await release();
      expect((await readdir(nested)).sort()).toEqual([...MEMORY_FILES]);
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
      await expect(lockHome(open)).rejects.toMatchObject({
        code: 'sim.storage',
        hint: `Make it private: chmod 700 '${open}'`,
      });
      await writeFile(join(home, 'file'), '');
      await expect(lockHome(join(home, 'file'))).rejects.toMatchObject({ code: 'sim.storage' });
    } finally {
      await rm(home, { recursive: true });
    }
  });
});

describe('the directory of a car', () => {
  const inTemporary = async (work: (home: string) => Promise<void>): Promise<void> => {
    const home = await mkdtemp(join(tmpdir(), 'phonekey-'));
    await work(home).finally(() => rm(home, { recursive: true }));
  };

  it('is refused where somebody else has it, whatever its mode', () =>
    inTemporary(async (home) => {
      const uid = process.getuid!() + 1;
      for (const mode of [0o40700, 0o40755]) {
        const disk: Disk = { ...nodeDisk, status: async () => ({ kind: 'directory', mode, uid }) };
        await expect(lockHome(home, disk)).rejects.toMatchObject({
          code: 'sim.storage',
          message: `the car's directory ${home} belongs to another user (uid ${String(uid)})`,
          hint: expect.stringContaining('Start the car as that user'),
        });
      }
      expect(await readdir(home)).toEqual([]);
    }));

  it('goes again where it was made for a car that left nothing in it', () =>
    inTemporary(async (home) => {
      const nested = join(home, 'cars', 'one');
      const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      const disk: Disk = { ...nodeDisk, createNew: () => Promise.reject(full) };
      await expect(lockHome(nested, disk)).rejects.toMatchObject({
        code: 'sim.storage',
        message: expect.stringContaining(
          `cannot write the lock ${join(nested, 'lock')}: the disk has no room`,
        ),
        hint: 'Make room on it, or choose another directory.',
      });
      expect(await readdir(join(home, 'cars'))).toEqual([]);
      await (
        await lockHome(nested)
      )();
      expect(await readdir(join(home, 'cars'))).toEqual([]);
      await mkdir(nested, { mode: 0o700 });
      await (
        await lockHome(nested)
      )();
      expect(await readdir(join(home, 'cars'))).toEqual(['one']);
    }));
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

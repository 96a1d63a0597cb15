import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileFlash } from '../../../../firmware-sim/flash/file-flash.js';
import { openHomeMemory } from '../../../../firmware-sim/memory/open.js';
import { FlashMemory } from '../../../../firmware-sim/flash/flash-memory.js';
import { RecordStore } from '../../../../firmware-sim/memory/store.js';
import type { MemoryKind } from '../../../../firmware-sim/memory/open.js';
import { nodeDisk } from '../../../../local/files/disk.js';
import type { Disk } from '../../../../local/files/disk.js';
import { silentLogger } from '../../../../lib/platform/logger.js';
import { sampleRecord } from './sample.js';

/** The real disk, with room for so many bytes more in each file. */
const fullDisk = (room: number, full: Error): Disk => ({
  ...nodeDisk,
  createNew: async (path) => {
    const file = await nodeDisk.createNew(path);
    let left = room;
    return {
      ...file,
      write: async (bytes) => {
        if (left === 0) throw full;
        const taken = await file.write(bytes.subarray(0, left));
        left -= taken;
        return taken;
      },
    };
  },
});

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'phonekey-'));
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

const commit = async (kind: MemoryKind | undefined, keys: number): Promise<void> => {
  const { memory, close } = await openHomeMemory(home, kind, silentLogger);
  await memory.load();
  await memory.commit(sampleRecord(keys));
  close();
};

const load = async (kind?: MemoryKind) => {
  const { memory, close } = await openHomeMemory(home, kind, silentLogger);
  try {
    return await memory.load();
  } finally {
    close();
  }
};

describe('the memory in the home of a car', () => {
  it.each<[MemoryKind, string[]]>([
    ['files', ['memory-a']],
    ['flash', ['flash']],
  ])('is in %s for ever when it was made there', async (kind, names) => {
    await commit(kind, 1);
    expect(await readdir(home)).toEqual(names);
    expect((await stat(join(home, names[0]!))).mode & 0o777).toBe(0o600);
    expect(await load()).toEqual(sampleRecord(1));
    await commit(undefined, 2);
    expect(await load(kind)).toEqual(sampleRecord(2));
    const other = kind === 'files' ? 'flash' : 'files';
    await expect(load(other)).rejects.toMatchObject({
      code: 'usage.invalid',
      message: `this car has its memory in ${kind}, not in ${other}`,
    });
    expect(await load()).toEqual(sampleRecord(2));
  });

  it('is in files where nothing else is asked for', async () => {
    await commit(undefined, 1);
    expect(await readdir(home)).toEqual(['memory-a']);
  });

  it('in a flash is damaged with a file that is empty, short, long, blank, or gone', async () => {
    await commit('flash', 1);
    const path = join(home, 'flash');
    const whole = await readFile(path);
    const blank = Buffer.concat([Buffer.alloc(2048 * 4096, 0xff), Buffer.alloc(2048 * 4)]);
    const zeros = Buffer.from(whole).fill(0, 0, 8192);
    const bad = [0, 1, 4096, whole.length - 1].map((length) => whole.subarray(0, length));
    for (const bytes of [...bad, Buffer.concat([whole, Buffer.of(0)]), blank, zeros]) {
      await writeFile(path, bytes);
      await expect(load()).rejects.toMatchObject({
        code: 'sim.damaged',
        hint: expect.stringContaining('every phone must then be paired again'),
      });
      expect((await readFile(path)).equals(bytes)).toBe(true);
    }
    await rm(path);
    await symlink(join(home, 'unplugged'), path);
    await expect(load()).rejects.toMatchObject({ code: 'sim.damaged' });
    expect(await readdir(home)).toEqual(['flash']);
  });

  it('in files is damaged with what is left where one was', async () => {
    await commit('files', 1);
    await writeFile(join(home, 'memory-a'), '');
    await expect(load()).rejects.toMatchObject({ code: 'sim.damaged' });
    expect((await stat(join(home, 'memory-a'))).size).toBe(0);
  });

  it.each<MemoryKind>(['files', 'flash'])(
    'leaves nothing in %s when a new car cannot be finished',
    async (kind) => {
      const { memory, close } = await openHomeMemory(home, kind, silentLogger);
      expect(await memory.load()).toBeUndefined();
      close();
      expect(await readdir(home)).toEqual([]);
    },
  );
});

describe('FileFlash', () => {
  const geometry = { sectors: 8, sectorBytes: 64, wordBytes: 8 };
  const larger = { sectors: 16, sectorBytes: 1024, wordBytes: 8 };

  it('has no file before it is synced, and none where the disk is full', async () => {
    const path = join(home, 'chip');
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    for (const room of [0, 100, 8700]) {
      const chip = await FileFlash.open(path, larger, fullDisk(room, full));
      expect([chip.isNew, await readdir(home)]).toEqual([true, []]);
      const made = RecordStore.open(new FlashMemory(chip), () => sampleRecord(0));
      await expect(made).rejects.toMatchObject({
        code: 'sim.storage',
        cause: full,
        hint: 'Make room on it, or choose another directory.',
      });
      chip.close();
      expect(await readdir(home)).toEqual([]);
    }
    const chip = await FileFlash.open(path, larger, fullDisk(20_000, full));
    await chip.sync();
    expect([chip.isNew, await readdir(home)]).toEqual([false, ['chip']]);
    chip.close();
  });

  it('takes no file that somebody else made meanwhile', async () => {
    const path = join(home, 'chip');
    const chip = await FileFlash.open(path, geometry);
    await writeFile(path, 'mine');
    await expect(chip.sync()).rejects.toThrow('somebody else');
    expect(await readFile(path, 'utf8')).toBe('mine');
    chip.close();
  });

  it('keeps cells and wear, and what was programmed stays programmed', async () => {
    const path = join(home, 'chip');
    const chip = await FileFlash.open(path, geometry);
    await chip.sync();
    chip.erase(1);
    chip.erase(1);
    chip.program(64, new Uint8Array(8).fill(3));
    // Nothing is closed or synced: as a killed process leaves it.
    const again = await FileFlash.open(path, geometry);
    expect(again.read(64, 8)).toEqual(new Uint8Array(8).fill(3));
    expect(again.read(0, 8)).toEqual(new Uint8Array(8).fill(0xff));
    expect(() => {
      again.program(64, new Uint8Array(8));
    }).toThrow('twice');
    again.erase(1);
    expect(again.wear(1)).toBe(3);
    await again.sync();
    chip.close();
    again.close();
    await expect(FileFlash.open(path, { ...geometry, sectors: 9 })).rejects.toMatchObject({
      code: 'sim.damaged',
      message: expect.stringContaining('it has 544, not 612 bytes'),
    });
  });
});

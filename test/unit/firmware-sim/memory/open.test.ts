import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileFlash } from '../../../../firmware-sim/flash/file-flash.js';
import { openHomeMemory } from '../../../../firmware-sim/memory/open.js';
import type { MemoryKind } from '../../../../firmware-sim/memory/open.js';
import { silentLogger } from '../../../../lib/platform/logger.js';
import { sampleRecord } from './sample.js';

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

  it('is not taken from a file that is no flash', async () => {
    await writeFile(join(home, 'flash'), 'short');
    await expect(load()).rejects.toMatchObject({
      code: 'sim.storage',
      message: expect.stringContaining(join(home, 'flash')),
    });
  });
});

describe('FileFlash', () => {
  it('keeps cells and wear, and what was programmed stays programmed', async () => {
    const path = join(home, 'chip');
    const geometry = { sectors: 8, sectorBytes: 64, wordBytes: 8 };
    const chip = await FileFlash.open(path, geometry);
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
    await expect(FileFlash.open(path, { ...geometry, sectors: 9 })).rejects.toThrow('not a flash');
  });
});

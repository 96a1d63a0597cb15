import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeDisk, writeAll } from '../../../../firmware-sim/memory/disk.js';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'phonekey-'));
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

describe('the disk of the car', () => {
  it('reads at most one byte more than it was asked for', async () => {
    const path = join(home, 'file');
    for (const [length, read] of [
      [0, 0],
      [3, 3],
      [4, 4],
      [9, 4],
    ]) {
      await writeFile(path, new Uint8Array(length!).fill(7));
      expect(await nodeDisk.read(path, 3)).toEqual(new Uint8Array(read!).fill(7));
    }
  });

  it('tells no file from one that it cannot read', async () => {
    await writeFile(join(home, 'file'), '');
    expect(await nodeDisk.read(join(home, 'none'), 3)).toBeUndefined();
    await expect(nodeDisk.read(join(home, 'file', 'in it'), 3)).rejects.toMatchObject({
      code: 'ENOTDIR',
    });
  });

  it('writes what nobody else can read, in place of what was there', async () => {
    const path = join(home, 'file');
    await writeFile(path, 'longer than what comes');
    await rm(path);
    const file = await nodeDisk.create(path);
    await writeAll(file, new Uint8Array(5).fill(65));
    await file.sync();
    await file.close();
    expect(await readFile(path, 'utf8')).toBe('AAAAA');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await expect(file.sync()).rejects.toThrow();
    await (await nodeDisk.create(path)).close();
    expect(await readFile(path, 'utf8')).toBe('');
  });

  it('cannot sync a directory that is not there', async () => {
    await nodeDisk.syncDirectory(home);
    await expect(nodeDisk.syncDirectory(join(home, 'none'))).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});

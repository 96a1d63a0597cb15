import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeDisk } from '../../../local/files/disk.js';
import { writeAll, writeDurably } from '../../../local/files/durable.js';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'phonekey-'));
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

describe('the disk', () => {
  it('reads at most one byte more than it was asked for', async () => {
    const path = join(home, 'file');
    for (const [length, read] of [
      [0, 0],
      [3, 3],
      [4, 4],
      [9, 4],
    ]) {
      await writeFile(path, new Uint8Array(length!).fill(7));
      expect((await nodeDisk.read(path, 3))?.bytes).toEqual(new Uint8Array(read!).fill(7));
    }
  });

  it('tells no file from one that it cannot read', async () => {
    await writeFile(join(home, 'file'), '');
    expect(await nodeDisk.read(join(home, 'none'), 3)).toBeUndefined();
    await expect(nodeDisk.read(join(home, 'file', 'in it'), 3)).rejects.toMatchObject({
      code: 'ENOTDIR',
    });
  });

  it('makes new files that nobody else can read, and only where there is none', async () => {
    const path = join(home, 'file');
    const file = await nodeDisk.createNew(path);
    await writeAll(file, new Uint8Array(5).fill(65));
    await file.sync();
    await file.close();
    expect(await readFile(path, 'utf8')).toBe('AAAAA');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await expect(file.sync()).rejects.toThrow();
    await expect(nodeDisk.createNew(path)).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it('cannot sync a directory that is not there', async () => {
    await nodeDisk.syncDirectory(home);
    await expect(nodeDisk.syncDirectory(join(home, 'none'))).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});

describe('writeDurably', () => {
  it('replaces what was there, or leaves it, and nothing beside it', async () => {
    const path = join(home, 'file');
    const write = (text: string, how: 'new' | 'replace'): Promise<boolean> =>
      writeDurably(nodeDisk, path, Buffer.from(text), how);
    expect(await write('a long one', 'new')).toBe(true);
    expect(await write('short', 'replace')).toBe(true);
    expect(await write('other', 'new')).toBe(false);
    expect(await readFile(path, 'utf8')).toBe('short');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(home)).toEqual(['file']);
  });
});

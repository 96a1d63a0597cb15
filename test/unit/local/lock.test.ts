import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryLock, withLock } from '../../../local/lock.js';
import type { Lock } from '../../../local/lock.js';

let home: string;
let path: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'phonekey-'));
  path = join(home, 'lock');
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

const ZEROS = '0'.repeat(16);
const OTHER = 'ab'.repeat(8);

/** A lock or claim; where nothing tells when the process began, its birth is 0. */
const holding = (pid: number, birth = ZEROS, nonce = OTHER): string =>
  JSON.stringify({ pid, birth, nonce });

const { pid: dead } = spawnSync(process.execPath, ['-e', '']);

const take = async (): Promise<Lock> => {
  const lock = await tryLock(path);
  if (lock === undefined) throw new Error('somebody has it');
  return lock;
};

describe('tryLock', () => {
  it('gives it to one at a time', async () => {
    const lock = await take();
    expect(await tryLock(path)).toBeUndefined();
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid });
    await lock.release();
    await lock.release();
    expect(await readdir(home)).toEqual([]);
    await (await take()).release();
  });

  it.each([
    ['is free', undefined],
    ['was left', holding(dead)],
    ['was left empty by a power cut', ''],
    ['was left in part', '{"pid":1'],
  ])('gives it to one of many who want it at once, where it %s', async (_, left) => {
    if (left !== undefined) await writeFile(path, left);
    const locks = await Promise.all(Array.from({ length: 8 }, () => tryLock(path)));
    const taken = locks.filter((lock) => lock !== undefined);
    expect(taken).toHaveLength(1);
    await taken[0]?.release();
    expect(await readdir(home)).toEqual([]);
  });

  it('is taken from a process that is gone, and from those that died while they took it', async () => {
    await writeFile(path, holding(dead));
    await writeFile(join(home, `${OTHER}.claim`), holding(dead, ZEROS, 'cd'.repeat(8)));
    await writeFile(join(home, `${'cd'.repeat(8)}.claim`), '');
    await writeFile(join(home, `${ZEROS}.claim`), holding(dead, ZEROS, 'ef'.repeat(8)));
    await writeFile(join(home, `${String(dead)}-${ZEROS}-${ZEROS}.tmp`), 'half');
    const living = `${String(process.ppid)}-${ZEROS}-${ZEROS}.tmp`;
    await writeFile(join(home, living), 'half');
    const lock = await take();
    expect((await readdir(home)).sort()).toEqual([living, 'lock']);
    await lock.release();
  });

  it.each([
    ['this process', process.pid],
    ['another one', process.ppid],
  ])('is taken from an earlier process whose pid %s has now', async (_, pid) => {
    await writeFile(path, holding(pid, process.platform === 'linux' ? OTHER : ZEROS));
    if (process.platform !== 'linux' && pid !== process.pid) return; // nothing tells the two apart
    await (await take()).release();
  });

  it('respects a living process, and one that lives and is taking it, and frees only its own', async () => {
    const lock = await take();
    await writeFile(path, holding(process.ppid));
    expect(await tryLock(path)).toBeUndefined();
    await lock.release();
    expect(await readdir(home)).toEqual(['lock']);
    await writeFile(path, holding(dead));
    await writeFile(join(home, `${OTHER}.claim`), holding(process.ppid, ZEROS, ZEROS));
    expect(await tryLock(path)).toBeUndefined();
  });

  it('leaves nothing where it cannot be taken', async () => {
    await expect(tryLock(join(home, 'none', 'lock'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readdir(home)).toEqual([]);
  });
});

describe('withLock', () => {
  const held = (): Error => new Error('held');

  it('lets in one after the other, in their order, also when one fails', async () => {
    const order: number[] = [];
    let inside = 0;
    const all = Array.from({ length: 20 }, (_, index) =>
      withLock(
        path,
        async () => {
          inside += 1;
          await readdir(home);
          order.push(inside === 1 ? index : -1);
          inside -= 1;
          if (index === 3) throw new Error('no');
          return index;
        },
        { held },
      ),
    );
    const results = await Promise.allSettled(all);
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(results[3]).toMatchObject({ status: 'rejected', reason: { message: 'no' } });
    expect(results[4]).toMatchObject({ value: 4 });
    expect(await readdir(home)).toEqual([]);
  });
});

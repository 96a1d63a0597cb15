import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireLock } from '../../../../firmware-sim/memory/lock.js';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'phonekey-'));
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

/** The pid of a process that has ended. */
const deadPid = async (): Promise<number> => {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  if (child.pid === undefined) throw new Error('no child');
  return child.pid;
};

describe('acquireLock', () => {
  it('lets one car at a time have the memory', async () => {
    const lock = await acquireLock(home);
    await expect(acquireLock(home)).rejects.toMatchObject({ code: 'sim.already-running' });
    await lock.release();
    await lock.release();
    expect(await readdir(home)).toEqual([]);
    await (await acquireLock(home)).release();
  });

  it('gives it to one of many who start at once', async () => {
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => acquireLock(home)));
    const locks = results.flatMap((r) => (r.status === 'fulfilled' ? [r.value] : []));
    expect(locks).toHaveLength(1);
    await locks[0]?.release();
    expect(await readdir(home)).toEqual([]);
  });

  it('takes over the lock of a process that is gone', async () => {
    await writeFile(join(home, 'lock'), `${String(await deadPid())} - 00\n`);
    const lock = await acquireLock(home);
    expect(await readFile(join(home, 'lock'), 'utf8')).toMatch(`${String(process.pid)} `);
    await lock.release();
    expect(await readdir(home)).toEqual([]);
  });

  it.each([1, 2, 3, 4, 5])('lets one of many take over the same stale lock, round %i', async () => {
    await writeFile(join(home, 'lock'), `${String(await deadPid())} - 0123456789abcdef\n`);
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => acquireLock(home)));
    const locks = results.flatMap((r) => (r.status === 'fulfilled' ? [r.value] : []));
    expect(locks).toHaveLength(1);
    await locks[0]?.release();
    expect(await readdir(home)).toEqual([]);
  });

  it('takes over a damaged lock', async () => {
    await writeFile(join(home, 'lock'), '');
    await (await acquireLock(home)).release();
  });

  it('respects a living process, and frees only its own lock', async () => {
    const lock = await acquireLock(home);
    await writeFile(join(home, 'lock'), `${String(process.ppid)} - 00\n`);
    await expect(acquireLock(home)).rejects.toMatchObject({ code: 'sim.already-running' });
    await lock.release();
    expect(await readdir(home)).toEqual(['lock']);
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('knows a later process with the same pid for another one', async () => {
    await writeFile(join(home, 'lock'), `${String(process.pid)} some-other-boot/12345 00\n`);
    await (await acquireLock(home)).release();
  });
});

import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CellFile } from '../../cli/fob/cell-file.js';
import { drained, newCell } from '../../firmware-sim/fob/battery.js';

const NOW_MS = 1_800_000_000_000;
const YEAR_MS = 8_766 * 3_600_000;

let home: string;
let now: number;
const cell = (): CellFile => new CellFile(join(home, 'fob'), () => now);
const file = (): string => join(home, 'fob', 'cell.json');

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'key-fob-'));
  now = NOW_MS;
});
afterEach(() => rm(home, { recursive: true, force: true }));

it('is full in a fob that is new, of which nothing is written by looking', async () => {
  expect(await cell().level()).toEqual({ percent: 100, state: 'ok' });
  expect(await readdir(home)).toEqual([]);
});

it('is kept from one process to the next, and runs down while nobody looks', async () => {
  expect(await cell().update((it) => drained(it, 50))).toEqual({ percent: 50, state: 'ok' });
  expect(await cell().level()).toEqual({ percent: 50, state: 'ok' });
  now += YEAR_MS;
  expect((await cell().level()).percent).toBe(42);
  now += 4 * YEAR_MS;
  expect(await cell().level()).toEqual({ percent: 8, state: 'low' });
  now += YEAR_MS;
  expect(await cell().level()).toEqual({ percent: 0, state: 'empty' });
  expect(await cell().update(({ at }) => newCell(at))).toEqual({ percent: 100, state: 'ok' });
});

it('counts each of several that draw at the same time', async () => {
  await Promise.all(Array.from({ length: 10 }, () => cell().update((it) => drained(it, 5))));
  expect((await cell().level()).percent).toBe(50);
  expect(await readdir(join(home, 'fob'))).toEqual(['cell.json']);
});

it.each([
  '',
  'no JSON',
  '{"usedMicroAh":-1,"at":1}',
  '{"usedMicroAh":1}',
  '{"usedMicroAh":"1","at":1}',
])('says what is wrong with %j, and takes a new one', async (text) => {
  await cell().update((it) => it);
  await writeFile(file(), text);
  for (const looks of [() => cell().level(), () => cell().update((it) => it)]) {
    await expect(looks()).rejects.toMatchObject({
      code: 'keys.unreadable',
      hint: expect.stringContaining('key fob battery --replace'),
    });
  }
  expect(await cell().replace()).toEqual({ percent: 100, state: 'ok' });
  expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual(newCell(NOW_MS / 1000));
});

it('is not read where others may write it', async () => {
  if (process.platform === 'win32') return;
  await cell().update((it) => it);
  await chmod(file(), 0o666);
  await expect(cell().level()).rejects.toMatchObject({ code: 'keys.permissions' });
});

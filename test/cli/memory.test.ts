import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Cli } from '../support/cli.js';

jest.setTimeout(60_000);

let cli: Cli;
beforeEach(async () => {
  cli = await Cli.create({ inside: true });
});
afterEach(() => cli.end());
afterAll(() => Cli.allClosed());

const start = async (...args: string[]) => {
  const car = cli.start(['--json', 'car', 'start', ...args]);
  await car.until(/"type":"ready"/);
  return car;
};

describe('key car start --memory flash', () => {
  it('makes a car that knows its keys again after kill -9, and stays what it is', async () => {
    const car = await start('--memory', 'flash');
    await cli.run(['car', 'tap', '--pair']);
    const { value } = await cli.json(['car', 'screen']);
    const { code } = value as { code: string };
    expect((await cli.run(['pair', '--code', '-'], { input: code })).code).toBe(0);
    const { now: _, ...before } = (await cli.json(['car', 'status'])).value as { now: number };
    await car.stop('SIGKILL');

    const again = await start();
    expect((await cli.json(['car', 'status'])).value).toMatchObject(before);
    expect((await cli.run(['unlock'])).stdout).toBe('unlocked\n');
    await again.stop('SIGINT');

    expect(await readdir(join(cli.home, 'cars', 'car'))).toEqual(['flash']);
    // A command that may have to start the air is a process.
    expect(await cli.outside().json(['car', 'start', '--memory', 'files'])).toMatchObject({
      code: 2,
      value: { code: 'usage.invalid', message: 'this car has its memory in flash, not in files' },
    });
  });

  it('knows two kinds of memory', async () => {
    expect(await cli.outside().json(['car', 'start', '--memory', 'paper'])).toMatchObject({
      code: 2,
    });
  });
});

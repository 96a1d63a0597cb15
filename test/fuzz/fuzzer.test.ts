import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { utf8 } from '../../lib/platform/bytes.js';
import { blind } from './coverage.js';
import { distil } from './corpus.js';
import { Fuzzer } from './fuzzer.js';
import { planted } from './planted.js';
import { Violation } from './target.js';
import type { Target } from './target.js';

const MAIN = resolve('dist/test/fuzz/main.js');

describe('the fuzzer from the command line', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'phonekey-fuzz-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const fuzz = (...args: string[]) =>
    spawnSync(process.execPath, [MAIN, ...args], { cwd: folder, encoding: 'utf8' });

  it('finds the bug that was planted, keeps the input, and replays it', () => {
    const found = fuzz('--target', 'planted', '--seconds', '60', '--seed', 'control', '--json');
    expect(found.stderr).toContain('seed control');
    expect(found.stderr).toContain('the bug that was planted');
    expect(found.status).toBe(1);
    const { failure, executions } = JSON.parse(found.stdout) as {
      failure: { file: string };
      executions: number;
    };
    // Blind luck would take 2^24 of them.
    expect(executions).toBeLessThan(2 ** 22);
    expect(existsSync(join(folder, failure.file))).toBe(true);
    expect(found.stderr).toContain(`npm run fuzz -- --target planted --replay ${failure.file}`);
    const again = fuzz('--target', 'planted', '--replay', failure.file);
    expect([again.status, again.stderr]).toEqual([
      1,
      expect.stringContaining('the bug that was planted'),
    ]);
  }, 90_000);

  it('lets go of a target that holds, within its time', () => {
    const held = fuzz('--target', 'advertisement', '--seconds', '0.2', '--json');
    expect(held.status).toBe(0);
    const { executions } = JSON.parse(held.stdout) as { executions: number };
    // At least the good ones: a busy machine comes no further.
    expect(executions).toBeGreaterThan(0);
  }, 30_000);

  it('notices a rejection that nobody handles', () => {
    const found = fuzz('--target', 'stray', '--seconds', '30', '--json');
    expect(found.stderr).toContain('Violation: nobody handles this');
    expect(found.status).toBe(1);
  }, 60_000);

  it('kills itself for an input that never ends, and keeps it', () => {
    const hung = fuzz('--target', 'endless', '--seconds', '5', '--patience', '0.3');
    expect(hung.signal).toBe('SIGKILL');
    expect(hung.stderr).toMatch(/endless: no end after 0.3 s; the input is in fuzz-failures/);
    expect(readdirSync(join(folder, 'fuzz-failures')).join()).toContain('endless-');
  }, 30_000);

  it.each([
    ['an unknown target', ['--target', 'nobody'], 'there is no target nobody'],
    ['no time', ['--seconds', '0'], 'a number above 0'],
    ['a replay of nothing in particular', ['--replay', 'x'], '--target'],
  ])('refuses %s', (_, args, text) => {
    const refused = fuzz(...args);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain(text);
  });
});

/** What a target with this function gives, after at most so many runs. */
const find = (run: Target['run'], runs = 2_000, more: Partial<Target> = {}) => {
  const target = { name: 'test', seeds: () => [utf8('seed')], run, ...more };
  const fuzzer = new Fuzzer(target, { seed: 'test', coverage: blind });
  return fuzzer.run(() => fuzzer.executions >= runs);
};

describe('the fuzzer', () => {
  it('does not find the planted bug blindly', async () => {
    expect(await find(planted.run, 20_000)).toBeUndefined();
  }, 60_000);

  it('notices what is thrown and rejected', async () => {
    const error = new Violation('broken');
    const thrown = await find((input) => {
      if (input.length > 6) throw error;
    });
    expect(thrown?.error).toBe(error);
    // As small as it gets.
    expect(thrown?.input).toHaveLength(7);
    expect((await find(() => Promise.reject(error), 10, { batch: 1 }))?.error).toBe(error);
  });

  it('notices an input that takes too long', async () => {
    const burn = (ms: number): void => {
      const before = process.cpuUsage();
      let spent = 0;
      while (spent < ms * 1000) {
        const { user, system } = process.cpuUsage(before);
        spent = user + system;
      }
    };
    const slow = await find(
      (input) => {
        if (input.length === 9) burn(30);
      },
      2_000,
      { limitMs: 20, batch: 4 },
    );
    expect(String(slow?.error)).toMatch(/takes \d+ ms of processor time/);
  });

  it('gives a target a copy, and respects its longest input and its records', async () => {
    const sizes = new Set<number>();
    const seeds = () => [new Uint8Array(8)];
    const nothing = await find(
      (input) => {
        if (input.length >= 8 && input.every((byte) => byte === 0xaa)) {
          throw new Violation('an input was altered by an earlier run');
        }
        sizes.add(input.length);
        input.fill(0xaa);
      },
      3_000,
      { maxLength: 24, stride: 8, seeds },
    );
    expect(nothing).toBeUndefined();
    expect(Math.max(...sizes)).toBe(24);
    expect(sizes.size).toBeGreaterThan(2);
  });

  it('is the same again with the same seed', async () => {
    const record = async (): Promise<string[]> => {
      const inputs: string[] = [];
      await find((input) => {
        inputs.push(Buffer.from(input).toString('hex'));
      }, 500);
      // A batch that was slow runs again, in parts.
      return [...new Set(inputs)].slice(0, 200);
    };
    expect(await record()).toEqual(await record());
  });
});

describe('a corpus', () => {
  it('is distilled to few short inputs that reach all that is reached', () => {
    // Eight features are one block, by how often it ran.
    const entry = (text: string, ...blocks: number[]) => ({
      input: utf8(text),
      features: blocks.map((block) => 8 * block + text.length),
    });
    const kept = distil(
      [
        entry('seed', 4),
        entry('longer', 1, 2, 3),
        entry('b', 2),
        entry('some', 5, 4),
        entry('d', 5),
      ],
      [utf8('seed')],
    );
    expect(kept.map((input) => Buffer.from(input).toString())).toEqual(['longer', 'd']);
  });
});

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const LOCK = {
  name: 'saw',
  lockfileVersion: 3,
  packages: {
    '': { devDependencies: { blade: 'file:blade' } },
    blade: { version: '1.0.0', dev: true },
    'node_modules/blade': { resolved: 'blade', link: true },
  },
};

/** A copy of scripts/tools.mjs beside one tool, `saw`, whose only package lies in a folder. */
let scripts: string;

const write = (file: string, value: unknown): void => {
  writeFileSync(join(scripts, file), JSON.stringify(value));
};

const command = (): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `const { command } = await import('./tools.mjs');
       try {
         console.log(command('saw', 'cut'));
       } catch (error) {
         console.error(error.message);
         process.exitCode = 1;
       }`,
    ],
    { cwd: scripts, encoding: 'utf8' },
  );

beforeEach(() => {
  scripts = mkdtempSync(join(tmpdir(), 'phonekey-tools-'));
  cpSync('scripts/tools.mjs', join(scripts, 'tools.mjs'));
  mkdirSync(join(scripts, 'saw/blade'), { recursive: true });
  write('saw/package.json', LOCK.packages['']);
  write('saw/blade/package.json', { name: 'blade', version: '1.0.0' });
  write('saw/package-lock.json', LOCK);
});

afterEach(() => {
  rmSync(scripts, { recursive: true, force: true });
});

describe('the packages of a tool', () => {
  it('are installed when a command of theirs is first wanted, and not again', () => {
    const first = command();
    expect(first.stderr).toContain('Installing scripts/saw: blade\n');
    expect(first.stdout.trim()).toMatch(/saw.node_modules..bin.cut$/);
    expect(existsSync(join(scripts, 'saw/node_modules/blade/package.json'))).toBe(true);
    expect(command()).toMatchObject({ status: 0, stdout: first.stdout, stderr: '' });
  });

  it('are installed anew when the lockfile has changed', () => {
    command();
    write('saw/package-lock.json', { ...LOCK, requires: true });
    expect(command().stderr).toContain('Installing scripts/saw: blade\n');
    expect(command().stderr).toBe('');
  });

  it('are tried again after npm failed', () => {
    write('saw/package-lock.json', { ...LOCK, packages: {} });
    expect(command()).toMatchObject({ status: 1, stdout: '' });
    expect(command().stderr).toContain('npm ci failed in scripts/saw (1)\n');
    write('saw/package-lock.json', LOCK);
    expect(command().status).toBe(0);
  });
});

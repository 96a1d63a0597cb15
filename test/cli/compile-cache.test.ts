import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import module from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';

const KEY = resolve('dist/bin/key.js');
/** Node 20 has no such thing. */
const nodeCan = 'enableCompileCache' in module;
/** Of the user's caches, in the home that `version` is given. */
const PLACE: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'Library/Caches/phonekey',
  win32: 'phonekey/Cache',
};
const hasModes = process.platform !== 'win32';

let home: string;
let cache: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'key-cache-'));
  cache = join(home, PLACE[process.platform] ?? 'phonekey');
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

/** What `key --version` printed, whose exit code was 0. */
const version = (): string => {
  const { PATH = '', SystemRoot = '' } = process.env;
  const env = { PATH, SystemRoot, HOME: home, XDG_CACHE_HOME: home, LOCALAPPDATA: home };
  const { status, stdout, stderr } = spawnSync(process.execPath, [KEY, '--version'], {
    env,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
};
const files = (): number => readdirSync(home, { recursive: true }).length;

it('keeps compiled code where only its user can write, if this Node can', () => {
  expect(version()).toBe(version());
  expect(existsSync(cache)).toBe(nodeCan);
  if (nodeCan) expect(files()).toBeGreaterThan(1);
  if (nodeCan && hasModes) expect(statSync(cache).mode & 0o777).toBe(0o700);
});

it('keeps none where others can write, and works without', () => {
  mkdirSync(cache, { recursive: true });
  const before = files();
  if (hasModes) chmodSync(cache, 0o722);
  expect(version()).toMatch(/^\d+\.\d+\.\d+\n$/);
  if (hasModes) expect(files()).toBe(before);
});

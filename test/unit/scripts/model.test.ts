import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

/** A model of two queries. In place of Verifpal answers a script: with the line that begins with `answers`. */
const MODEL = `//[leaked] // holds
// sessions: 3
answers a0c0 //[no-tag] answers a1c0 //[leaked]
//[leaked] answers a0c0
queries[
	authentication? Phone -> Car: proof // false: no-tag
	confidentiality? proof
]
`;
const TOOL = `#!/bin/sh
[ "$1" = --version ] && echo 'verifpal 0.0.0' && exit
echo "Verifpal was given $*"
sed -n 's/^answers //p' "$2"
`;

/** A copy of scripts/model beside docs/model with that one model, lock.vp. */
let root: string;

const write = (file: string, text: string): void => {
  writeFileSync(join(root, file), text, { mode: 0o755 });
};

const run = (path: string, ...args: string[]): { status: number | null; stdout: string } =>
  spawnSync(process.execPath, [join(root, 'scripts/model/model.mjs'), ...args], {
    env: { ...process.env, PATH: path },
    encoding: 'utf8',
  });

/** With the script, and of all else only what a script needs. */
const check = (...args: string[]): { status: number | null; stdout: string } =>
  run(`${join(root, 'bin')}:/usr/bin:/bin`, ...args);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'phonekey-models-'));
  cpSync('scripts/model', join(root, 'scripts/model'), { recursive: true });
  for (const folder of ['docs/model', 'bin']) mkdirSync(join(root, folder), { recursive: true });
  write('docs/model/lock.vp', MODEL);
  write('bin/verifpal', TOOL);
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('npm run model', () => {
  it('checks a model and its variants, each with a line and its seconds', () => {
    const { status, stdout } = check();
    expect(stdout.replaceAll(/\d+\.\d s/g, 'N s').split(/\s*\n/)).toEqual([
      expect.stringMatching(/^ok {5}lock +2 true, 0 false +N s$/),
      expect.stringMatching(/^ok {5}lock leaked +2 true, 0 false +N s$/),
      expect.stringMatching(/^ok {5}lock no-tag +1 true, 1 false +N s$/),
      'verifpal 0.0.0: 3 models, 0 not as expected',
      '',
    ]);
    expect(status).toBe(0);
  });

  it.each([
    [
      'an attack that should not be',
      'answers a0c0 //',
      'answers a0c1 //',
      'proof: expected c0, found c1',
    ],
    [
      'an attack that it does not find',
      'answers a1c0',
      'answers a0c0',
      'proof: expected a1, found a0',
    ],
    ['no answer', 'answers a0c0 //', 'says a0c0 //', 'proof: expected a0, found nothing'],
    ['one answer too many', 'answers a0c0 //', 'answers a0c0u0 //', 'FAILED lock '],
  ])('fails with %s, and shows what Verifpal says', (_, was, is, told) => {
    write('docs/model/lock.vp', MODEL.replace(was, is));
    const { status, stdout } = check('lock');
    expect(stdout).toContain(told);
    expect(stdout).toMatch(/Verifpal was given verify \S+\.vp --sessions 3 /);
    expect(stdout).toContain('3 models, 1 not as expected');
    expect(status).toBe(1);
  });

  it('fails when Verifpal does, whatever it printed before', () => {
    write('bin/verifpal', `${TOOL}[ "$1" = --version ] || exit 1\n`);
    expect(check()).toMatchObject({ status: 1, stdout: expect.stringContaining('found nothing') });
  });

  it('fails when there is nothing to check', () => {
    rmSync(join(root, 'docs/model/lock.vp'));
    expect(check()).toMatchObject({
      status: 1,
      stdout: 'verifpal 0.0.0: 0 models, 0 not as expected\n',
    });
  });

  it('has a status of its own where there is no Verifpal, and says how to get it', () => {
    const nowhere = run(dirname(join(root, 'docs')));
    expect(nowhere).toMatchObject({
      status: 3,
      stdout: '',
      stderr: expect.stringContaining('Nothing was checked: there is no verifpal on the PATH.'),
    });
  });

  it.each([
    [
      'a variant that no line is marked with',
      'false: no-tag',
      'false: no-tga',
      'no line is marked no-tga',
    ],
    ['a variant that breaks nothing', '//[leaked] // holds', '', 'leaked: says that it holds'],
    ['no variant that breaks anything', ' // false: no-tag', '', 'no variant breaks anything'],
    [
      'a variant that holds and does not',
      '//[leaked] // holds',
      '//[no-tag] // holds',
      'no-tag: says that it holds',
    ],
  ])('refuses a model with %s', (_, was, is, told) => {
    write('docs/model/lock.vp', MODEL.replace(was, is));
    expect(check()).toMatchObject({ status: 1, stderr: expect.stringContaining(told) });
  });
});

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneOf } from '../../cli/cloud/package.js';

/** The command as it is built, in a clone and as a package, where nobody has installed what the cloud needs. */
let place: string;
beforeAll(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), 'no-cloud-')));
  for (const root of ['clone', 'project/node_modules/phonekey']) {
    mkdirSync(join(place, root), { recursive: true });
    cpSync('dist/bin', join(place, root, 'dist/bin'), { recursive: true });
    cpSync('package.json', join(place, root, 'package.json'));
  }
  cpSync('cloud/dist', join(place, 'clone/cloud/dist'), { recursive: true });
  cpSync('cloud/package.json', join(place, 'clone/cloud/package.json'));
});
afterAll(() => rmSync(place, { recursive: true }));

const key = (root: string, cwd: string, ...args: string[]) => {
  const main = join(place, root, 'dist/bin/key.js');
  const { PATH = '' } = process.env;
  const env = { PATH, KEY_HOME: join(place, 'home'), KEY_RADIO: 'virtual' };
  return spawnSync(process.execPath, [main, ...args], {
    cwd: join(place, cwd),
    env,
    encoding: 'utf8',
  });
};

const WANTING = [
  ['cloud', 'start'],
  ['car', 'start', '--cloud'],
  ['demo', '--story', 'outage'],
];

describe('without the package of the cloud', () => {
  it.each(WANTING)('key %s %s names the command that installs it in a clone', (...args) => {
    expect(key('clone', 'clone', ...args)).toMatchObject({
      status: 2,
      stdout: '',
      stderr:
        'error: the cloud is not installed here\n' +
        'hint: It is a package of its own: npm install --prefix cloud\n',
    });
    const elsewhere = key('clone', '.', ...args);
    expect(elsewhere.stderr).toContain(`npm install --prefix ${join(place, 'clone/cloud')}\n`);
  });

  it.each(WANTING)('key %s %s names another one where it is a package', (...args) => {
    const { status, stderr } = key('project/node_modules/phonekey', 'project', ...args);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr:
        'error: the cloud is not installed here\n' +
        'hint: It is a package of its own: npm install phonekey-cloud\n',
    });
  });

  it('says so in JSON, with a code', () => {
    const { stderr } = key('clone', 'clone', '--json', 'cloud', 'start');
    expect(JSON.parse(stderr.trimEnd().split('\n').at(-1)!)).toMatchObject({
      code: 'cloud.not-installed',
      kind: 'usage',
      mayHaveSucceeded: false,
    });
  });

  it('all else works: a phone is a client of a cloud somewhere', () => {
    expect(key('clone', 'clone', 'cloud', 'status')).toMatchObject({ status: 4 });
    expect(key('clone', 'clone', 'cars')).toMatchObject({ status: 0 });
  });
});

describe('the folder of the cloud', () => {
  it('is found from a source, from dist and from the bundle', () => {
    const clone = join(place, 'clone');
    for (const module of ['cli/cloud/package.ts', 'dist/cli/cloud/package.js', 'dist/bin/key.js']) {
      expect(cloneOf(join(clone, module))).toBe(join(clone, 'cloud'));
    }
  });

  it('is not one of another package that stands above', () => {
    const above = join(place, 'above');
    mkdirSync(join(above, 'cloud'), { recursive: true });
    writeFileSync(join(above, 'cloud/package.json'), '{}');
    mkdirSync(join(above, 'node_modules/phonekey'), { recursive: true });
    writeFileSync(join(above, 'node_modules/phonekey/package.json'), '{}');
    const module = join(above, 'node_modules/phonekey/dist/cli/cloud/package.js');
    expect(cloneOf(module)).toBeUndefined();
  });
});

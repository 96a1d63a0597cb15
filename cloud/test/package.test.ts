import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

interface Lockfile {
  readonly packages: Readonly<
    Record<string, { license?: string; dev?: true; optional?: true; hasInstallScript?: true }>
  >;
}

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string): unknown => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));

/** That go with Apache-2.0. */
const LICENCES = [
  'Apache-2.0',
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
  'Python-2.0',
  'CC0-1.0',
];

const packages = Object.entries((read('cloud/package-lock.json') as Lockfile).packages).filter(
  ([path]) => path !== '',
);

describe('the package', () => {
  it('has packages whose licences go with its own', () => {
    expect(packages.length).toBeGreaterThan(5);
    const others = packages.filter(([, { license = 'none' }]) => {
      const names = license.replaceAll(/[()]/g, '').split(/ (?:OR|AND) /);
      return !names.some((name) => LICENCES.includes(name));
    });
    expect(others).toEqual([]);
  });

  it('is not a part of the package that others install', () => {
    const root = read('package.json') as { files: string[]; workspaces?: unknown };
    expect(root.workspaces).toBeUndefined();
    expect(root.files.filter((file) => file.startsWith('cloud'))).toEqual([]);
    const ours = Object.keys((read('cloud/package.json') as { dependencies: object }).dependencies);
    const theirs = JSON.stringify(root);
    expect(ours.filter((name) => theirs.includes(`"${name}"`))).toEqual([]);
  });
});

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import semver from 'semver';
import { isSupportedNode } from '../../cli/node-release.js';

interface Lockfile {
  readonly packages: Record<string, { version?: string; engines?: { node?: string } }>;
}

const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  engines: { node: string };
};
const folders = [
  '.',
  ...readdirSync('.'),
  ...readdirSync('scripts').map((name) => `scripts/${name}`),
];
const lockfiles = folders
  .map((folder) => join(folder, 'package-lock.json'))
  .filter((file) => existsSync(file));

describe('the releases of Node', () => {
  it.each([
    ['18.20.8', false],
    ['20.18.3', false],
    ['20.19.0', true],
    ['20.20.2', true],
    ['21.7.3', false],
    ['22.12.0', false],
    ['22.13.0', true],
    ['23.11.1', false],
    ['24.0.0', true],
    ['26.12.1', true],
  ])('that the command starts on are those of package.json: %s', (release, admitted) => {
    expect(isSupportedNode(release)).toBe(admitted);
    expect(semver.satisfies(release, engines.node)).toBe(admitted);
  });

  it('are looked for in the lockfile of the clone and in those of its tools', () => {
    expect(lockfiles.length).toBeGreaterThan(1);
  });

  it.each(lockfiles)('are all admitted by every package in %s', (file) => {
    const { packages } = JSON.parse(readFileSync(file, 'utf8')) as Lockfile;
    const narrower = Object.entries(packages)
      .filter(([name, { engines: theirs }]) => name !== '' && theirs?.node !== undefined)
      .filter(([, { engines: theirs }]) => !semver.subset(engines.node, theirs?.node ?? '*'))
      .map(([name, { version, engines: theirs }]) => `${name}@${version}: ${theirs?.node}`);
    expect(narrower).toEqual([]);
  });
});

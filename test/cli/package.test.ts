import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = process.cwd();
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  bin: Record<string, string>;
  exports: Record<string, string | { types: string; default: string }>;
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
};
const entries = Object.entries(manifest.exports).flatMap(([name, target]) =>
  typeof target === 'string' ? [] : [{ name, ...target }],
);

describe('the package', () => {
  it('is tested as native ES modules', () => {
    // Without --experimental-vm-modules, swc turns everything into CommonJS and nobody notices.
    expect(typeof require).toBe('undefined');
  });

  it.each(entries)('has code, and a source that gives the types, for $name', (entry) => {
    const source = entry.types.replace(/^\.\/dist\/(.*)\.d\.ts$/, '$1.ts');
    expect(entry.default).toBe(entry.types.replace('.d.ts', '.js'));
    expect(existsSync(join(root, entry.default))).toBe(true);
    expect(existsSync(join(root, source))).toBe(true);
  });

  it('loads every entry point without a Bluetooth adapter or a native part', () => {
    const names = entries.map(({ name }) => `phonekey${name.slice(1)}`);
    const script = `for (const name of ${JSON.stringify(names)}) {
      const exported = Object.keys(await import(name));
      if (exported.length === 0) throw new Error(name + ' exports nothing');
      console.log(name);
    }`;
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(output.trim().split('\n')).toEqual(names);
  });

  it('has a command that a shell can run', () => {
    const command = join(root, manifest.bin['key'] ?? '');
    expect(readFileSync(command, 'utf8').startsWith('#!/usr/bin/env node\n')).toBe(true);
    if (process.platform !== 'win32') accessSync(command, constants.X_OK);
  });

  it('pins what it depends on', () => {
    const versions = Object.values({ ...manifest.dependencies, ...manifest.optionalDependencies });
    expect(versions.length).toBeGreaterThan(0);
    for (const version of versions) expect(version).toMatch(/^\d+\.\d+\.\d+(-\d+)?$/);
  });

  it('runs no install script in a clone, where npm would drop noble and bleno for a failing one', () => {
    expect(readFileSync(join(root, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
  });
});

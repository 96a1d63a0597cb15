import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, unknown>;
}

const root = process.cwd();
const radios = ['@abandonware/noble', '@abandonware/bleno'];
const readManifest = (dir: string): Manifest =>
  JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as Manifest;

/** Paths from `root`. */
const filesIn = (root: string, folder: string, pattern: RegExp): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => pattern.test(file))
    .map((file) => join(folder, file));

const STACKS = `
  import { loadBleno, loadNoble, VirtualAir } from 'phonekey/air';
  const air = new VirtualAir();
  const [{ noble }, { bleno }] = [loadNoble(air.controller()), loadBleno(air.controller())];
  console.log(JSON.stringify([noble.state, bleno.state]));
  air.close();`;

let stage: string;
let manifest: Manifest;
beforeAll(() => {
  stage = mkdtempSync(join(tmpdir(), 'phonekey-stage-'));
  execFileSync(process.execPath, ['scripts/release/pack.mjs', '--stage', stage], { cwd: root });
  manifest = readManifest(stage);
});
afterAll(() => {
  rmSync(stage, { recursive: true, force: true });
});

describe('the tarball', () => {
  it('asks for what its modules import and no more, and for nothing that builds', () => {
    const imported = new Set(['debug']); // by the radios
    for (const file of filesIn(stage, 'dist', /\.js$/)) {
      if (/dist.(bin|radios)/.test(file)) continue;
      const source = readFileSync(join(stage, file), 'utf8');
      for (const [, name = ''] of source.matchAll(/^(?:import|export).* from "([^."#][^"]*)"/gm))
        if (!isBuiltin(name)) imported.add(/^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
    }
    expect(Object.keys(manifest.dependencies ?? {}).sort()).toEqual([...imported].sort());
    expect(manifest).not.toHaveProperty('optionalDependencies');
    for (const name of Object.keys(manifest.peerDependencies ?? {}))
      expect(manifest.peerDependenciesMeta?.[name]).toEqual({ optional: true });
  });

  it('carries nothing that serves development only', () => {
    expect(manifest).not.toHaveProperty('scripts');
    expect(manifest).not.toHaveProperty('devDependencies');
    expect(manifest).not.toHaveProperty('private');
    expect(existsSync(join(stage, 'dist/bench'))).toBe(false);
    expect(existsSync(join(stage, 'dist/lab'))).toBe(false);
    expect(existsSync(join(stage, 'dist/test'))).toBe(false);
    expect(existsSync(join(stage, 'dist/bin/key.js'))).toBe(true);
    expect(readFileSync(join(stage, 'man/key.1'), 'utf8')).toMatch(
      /^\.SS key car tap \[options\] \[reader\]$/m,
    );
  });

  it.each(radios)('holds %s unmodified, with its licence', (radio) => {
    const original = join(root, 'node_modules', radio);
    const copy = join(stage, 'dist/radios', radio);
    const scripts = filesIn(original, 'lib', /\.js(on)?$/);
    expect(scripts.length).toBeGreaterThan(10);
    for (const file of ['package.json', 'index.js', 'index.d.ts', 'LICENSE', ...scripts]) {
      expect(readFileSync(join(copy, file)).equals(readFileSync(join(original, file)))).toBe(true);
    }
  });

  it('runs them on the virtual air, with no package of theirs installed', () => {
    const modules = join(stage, 'node_modules');
    mkdirSync(modules);
    for (const name of ['@noble', 'debug', 'ms', 'tinyqueue'])
      symlinkSync(join(root, 'node_modules', name), join(modules, name));
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', STACKS], {
      cwd: stage,
      encoding: 'utf8',
    });
    expect(output).toBe('["unknown","unknown"]\n');
  });

  it('is packed by npm with what README promises', () => {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const output = execFileSync(npm, ['pack', '--dry-run', '--json', '--loglevel=error'], {
      cwd: stage,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    const [packed] = JSON.parse(output) as { bundled: string[]; files: { path: string }[] }[];
    expect(packed?.bundled).toEqual([]);
    const paths = packed?.files.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['LICENSE', 'NOTICE', 'dist/lib/index.js']));
    expect(paths).toEqual(expect.arrayContaining(filesIn(root, 'examples', /\.[a-z]+$/)));
    expect(paths).toEqual(expect.arrayContaining(filesIn(root, 'test/vectors', /\.json$/)));
    expect(paths?.filter((path) => /^test\/.*\.[mc]?[tj]s$/.test(path))).toEqual([]);
    expect(paths).toContain('lib/native/schema/phonekey.proto');
    expect(paths).toContain('dist/air/pty/bridge.py');
    expect(paths).toContain('dist/bin/LICENSES.txt');
  });
});

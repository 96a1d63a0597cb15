import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

interface Manifest {
  name: string;
  private?: boolean;
  gypfile?: boolean;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  bundleDependencies?: string[];
}

const root = process.cwd();
const radios = ['@abandonware/noble', '@abandonware/bleno'];
const readManifest = (dir: string): Manifest =>
  JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as Manifest;

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
  it('bundles noble and bleno at the versions that were tested', () => {
    expect(manifest.bundleDependencies).toEqual(radios);
    const { optionalDependencies } = readManifest(root);
    for (const radio of radios) {
      const version = manifest.dependencies?.[radio];
      expect(version).toBeDefined();
      expect(version).toBe(optionalDependencies?.[radio]);
    }
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

  it.each(radios)('lets npm neither run nor build anything for %s', (radio) => {
    const bundled = readManifest(join(stage, 'node_modules', radio));
    expect(Object.keys(bundled.scripts ?? {})).toEqual(['rebuild']);
    expect(bundled.gypfile).toBe(false);
    expect(bundled).not.toHaveProperty('optionalDependencies');
  });

  it.each(radios)('holds %s unmodified, with its licence', (radio) => {
    const original = join(root, 'node_modules', radio);
    const copy = join(stage, 'node_modules', radio);
    const sources = readdirSync(join(original, 'lib'), { recursive: true, encoding: 'utf8' });
    const scripts = sources.filter((file) => file.endsWith('.js'));
    expect(scripts.length).toBeGreaterThan(10);
    for (const file of ['index.js', 'LICENSE', ...scripts.map((name) => join('lib', name))]) {
      expect(readFileSync(join(copy, file)).equals(readFileSync(join(original, file)))).toBe(true);
    }
  });

  it('holds all that the radios depend on, and names it in NOTICE', () => {
    const notice = readFileSync(join(stage, 'NOTICE'), 'utf8');
    const seen = new Set<string>();
    const visit = (name: string, from: string): void => {
      const paths = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
      const folder = paths
        .filter((path) => path.startsWith(stage))
        .map((path) => join(path, name))
        .find((path) => existsSync(join(path, 'package.json')));
      expect({ name, found: folder !== undefined }).toEqual({ name, found: true });
      if (folder === undefined || seen.has(folder)) return;
      seen.add(folder);
      expect(notice).toContain(`\n${name} `);
      for (const next of Object.keys(readManifest(folder).dependencies ?? {})) visit(next, folder);
    };
    for (const radio of radios) visit(radio, stage);
    expect(seen.size).toBeGreaterThan(radios.length);
  });

  it('is packed by npm with the bundle inside', () => {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const output = execFileSync(npm, ['pack', '--dry-run', '--json', '--loglevel=error'], {
      cwd: stage,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    const [packed] = JSON.parse(output) as { bundled: string[]; files: { path: string }[] }[];
    expect(packed?.bundled).toEqual(expect.arrayContaining([...radios, 'debug', 'ms']));
    expect(packed?.bundled).not.toContain('@abandonware/bluetooth-hci-socket');
    const paths = packed?.files.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['LICENSE', 'NOTICE', 'dist/lib/index.js']));
    expect(paths).toContain('dist/air/pty/bridge.py');
    expect(paths).toContain('dist/bin/LICENSES.txt');
  });
});

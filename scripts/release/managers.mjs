// The package managers that check-install.mjs tries: how each adds the tarball to a project, and installs that
// once more from its lockfile. Install scripts are allowed wherever a manager has a word for it, so that one that
// the package had would run, and fail for want of a compiler.
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { install } from '../tools.mjs';

const FOLDER = join(import.meta.dirname, '../managers/node_modules');

const yarn = (linker) => ({
  name: `yarn 4 (${linker})`,
  file: '@yarnpkg/cli-dist/bin/yarn.js',
  files: {
    '.yarnrc.yml': `nodeLinker: ${linker}\nenableScripts: true\nenableGlobalCache: false\n`,
    'yarn.lock': '',
  },
  add: ['add'],
  again: ['install', '--immutable'],
});
/** `file`, in scripts/managers, is a program of Node's, or, with `native`, of the system's. */
export const MANAGERS = [
  {
    name: 'npm',
    add: ['install', '--ignore-scripts=false'],
    again: ['ci', '--ignore-scripts=false'],
  },
  {
    name: 'pnpm',
    file: 'pnpm/bin/pnpm.cjs',
    files: { 'pnpm-workspace.yaml': 'dangerouslyAllowAllBuilds: true\n' },
    add: ['add'],
    again: ['install', '--frozen-lockfile'],
  },
  {
    name: 'yarn 1',
    file: 'yarn/bin/yarn.js',
    add: ['add'],
    again: ['install', '--frozen-lockfile'],
  },
  { ...yarn('node-modules') },
  // Without node_modules, what is run finds its packages only through yarn.
  { ...yarn('pnp'), plugAndPlay: true },
  {
    name: 'bun',
    native: true,
    file: `@oven/bun-${process.platform}-${process.arch}/bin/bun`,
    add: ['add', '--trust'],
    again: ['install', '--frozen-lockfile'],
  },
];

/** How `node` runs a manager, for a shell. */
export function program({ file, native }, node) {
  install('managers');
  return native ? `"${join(FOLDER, file)}"` : `"${node}" "${join(FOLDER, file)}"`;
}

/** Where they keep what they downloaded: in a folder of the check, which goes with it. */
export const caches = (folder) => ({
  XDG_CACHE_HOME: folder,
  XDG_DATA_HOME: folder,
  YARN_GLOBAL_FOLDER: join(folder, 'berry'),
  BUN_INSTALL_CACHE_DIR: join(folder, 'bun'),
});

/** The folders of all packages that were installed under `dir`. */
export function packagesUnder(dir) {
  const found = [];
  const visit = (folder, inModules) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (!entry.isDirectory()) continue;
      const isModules = entry.name === 'node_modules';
      const isPackage = inModules && existsSync(join(path, 'package.json'));
      if (isPackage) found.push(path);
      visit(path, isModules || (inModules && !isPackage && /^[@.]/.test(entry.name)));
    }
  };
  visit(dir, false);
  return found;
}

/** Scripts that a manager may run when it installs the package of this folder; one it runs unasked is `gyp`. */
export const installScripts = (folder) => {
  const { scripts = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const named = ['preinstall', 'install', 'postinstall'].filter((name) => name in scripts);
  return existsSync(join(folder, 'binding.gyp')) ? [...named, 'gyp'] : named;
};

/** What a folder takes of the disk, in bytes; links lead nowhere. */
export const bytesIn = (path) => {
  const found = lstatSync(path);
  if (!found.isDirectory()) return found.blocks * 512;
  return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
};

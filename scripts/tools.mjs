// The folders beside this file that have a package.json hold tools that not everybody needs. `npm install`
// at the root leaves them out; the scripts that need one install it when they are first run.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Installs the packages of scripts/<tool>, unless that was done since its lockfile last changed. Says so on
 * stderr. Throws when npm fails; it is then tried again the next time.
 */
export function install(tool) {
  const folder = join(import.meta.dirname, tool);
  const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  // npm ci empties node_modules first, so what is there was installed whole.
  const installed = join(folder, 'node_modules/.installed-package-lock.json');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return;

  const { devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  console.error(`Installing scripts/${tool}: ${Object.keys(devDependencies).join(', ')}`);
  const run = spawnSync('npm', ['ci', '--ignore-scripts'], {
    cwd: folder,
    stdio: ['ignore', process.stderr, process.stderr],
    shell: process.platform === 'win32',
  });
  if (run.status !== 0) {
    throw new Error(`npm ci failed in scripts/${tool} (${run.error?.message ?? run.status})`);
  }
  writeFileSync(installed, lock);
}

/** The file of a command that scripts/<tool> depends on; installs it as `install` does. */
export function command(tool, name) {
  install(tool);
  return join(import.meta.dirname, tool, 'node_modules/.bin', name);
}

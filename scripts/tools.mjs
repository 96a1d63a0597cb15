// The folders beside this file that have a package.json hold tools that not everybody needs, and so does `cloud`.
// `npm install` at the root leaves them out; the scripts that need one install it when they are first run.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Installs the packages of scripts/<tool> (or of the folder beside scripts, where `name` is that of the tool), unless that
 * was done since its lockfile last changed. Says so on stderr. Throws when npm fails; it is then tried again the next time.
 */
export function install(tool, name = `scripts/${tool}`) {
  const folder = join(import.meta.dirname, name === tool ? '..' : '', tool);
  const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  // npm ci empties node_modules first, so what is there was installed whole.
  const installed = join(folder, 'node_modules/.installed-package-lock.json');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return;

  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const packages = Object.keys({ ...dependencies, ...devDependencies });
  console.error(`Installing ${name}: ${packages.join(', ')}`);
  const run = spawnSync('npm', ['ci', '--ignore-scripts'], {
    cwd: folder,
    stdio: ['ignore', process.stderr, process.stderr],
    shell: process.platform === 'win32',
  });
  if (run.status !== 0) {
    throw new Error(`npm ci failed in ${name} (${run.error?.message ?? run.status})`);
  }
  writeFileSync(installed, lock);
}

/** The file of a command that scripts/<tool> depends on; installs it as `install` does. */
export function command(tool, name) {
  install(tool);
  return join(import.meta.dirname, tool, 'node_modules/.bin', name);
}

/** The service's packages, which its tests, its types and its lint need. */
export function installCloud() {
  install('cloud', 'cloud');
}

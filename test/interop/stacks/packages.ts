import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCE = 'test/interop/stacks/stoprocent';

/** Where the packages of that folder are, once they are prepared. */
export const PACKAGES = 'node_modules/.cache/interop-stacks';

/** Installs what package-lock.json pins, unless it is there already; no script of a package runs. */
export const preparePackages = (): void => {
  const lock = readFileSync(`${SOURCE}/package-lock.json`, 'utf8');
  const stamp = join(PACKAGES, 'made-of.json');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  rmSync(PACKAGES, { recursive: true, force: true });
  mkdirSync(PACKAGES, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) {
    copyFileSync(join(SOURCE, name), join(PACKAGES, name));
  }
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: PACKAGES,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  writeFileSync(stamp, lock);
};

/** Versions by name, as package.json there pins them. */
export const pinned = (): Readonly<Record<string, string>> =>
  (
    JSON.parse(readFileSync(`${SOURCE}/package.json`, 'utf8')) as {
      dependencies: Record<string, string>;
    }
  ).dependencies;

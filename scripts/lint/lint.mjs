// Lints with eslint and prettier, or with --write formats instead.
//   npm run lint                 everything, and looks for circles of imports
//   npm run lint -- lib/noise    some files or folders
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { command, installCloud } from '../tools.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean', default: false } },
});
const paths = positionals.length > 0 ? positionals : ['.'];

const CIRCLES = join(import.meta.dirname, 'circles.cjs');
/** Folders whose modules do not import each other in circles. */
const FOLDERS = [
  'lib',
  'local',
  'air',
  'firmware-sim',
  'cli',
  'lab',
  'bench',
  'scripts',
  'examples',
  'cloud',
];

/** Runs in the root; false when the tool complains. */
function run(name, ...args) {
  const result = spawnSync(command('lint', name), args, {
    cwd: join(import.meta.dirname, '../..'),
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (result.error !== undefined) throw result.error;
  return result.status === 0;
}

try {
  // The typed rules judge by the types of its packages.
  if (!values.write && paths.some((path) => /(^\.?|cloud)(\/|$)/.test(path))) installCloud();
  const ok = values.write
    ? run('prettier', '--write', ...paths)
    : run('eslint', '--no-warn-ignored', ...paths) &&
      run('prettier', '--check', ...paths) &&
      (positionals.length > 0 || run('depcruise', '--config', CIRCLES, ...FOLDERS));
  process.exitCode = ok ? 0 : 1;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

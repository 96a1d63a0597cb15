// Writes to cloud/migrations what brings a database from its last migration to cloud/store/schema.ts, as a migration of its own, or
// with --check says whether there is anything to write. A migration that is committed is never changed: databases have had it.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { command } from '../tools.mjs';

const ROOT = join(import.meta.dirname, '../..');
const TARGET = join(ROOT, 'cloud/migrations');
const check = process.argv.includes('--check');
// What it does, as `-- a-car-has-a-color`.
const name = process.argv.slice(2).find((word) => !word.startsWith('-'));
const named = name === undefined ? [] : [`--name=${name}`];
const kit = command('migrations', 'drizzle-kit');

// drizzle-kit takes paths relative to where it runs alone.
const work = check ? mkdtempSync(join(ROOT, 'cloud/.migrations-')) : TARGET;
try {
  if (check) cpSync(TARGET, work, { recursive: true });
  const before = check ? readdirSync(work).length : 0;
  const out = relative(ROOT, work);
  const run = spawnSync(
    kit,
    [
      'generate',
      '--dialect=postgresql',
      '--schema=cloud/store/schema.ts',
      `--out=${out}`,
      ...named,
    ],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'], shell: process.platform === 'win32' },
  );
  if (run.status !== 0) throw new Error(`drizzle-kit failed (${run.error?.message ?? run.status})`);
  if (!check) process.stdout.write(run.stdout);
  else if (readdirSync(work).length !== before) {
    throw new Error('cloud/migrations is not current: run npm run migrations');
  } else console.log('cloud/migrations is current');
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  if (check) rmSync(work, { recursive: true, force: true });
}

// Compiles to dist and makes the command executable. --clean removes the old dist first; --no-check
// leaves out what `npm run typecheck` does, and takes half as long.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
if (process.argv.includes('--clean')) rmSync(dist, { recursive: true, force: true });

const tsc = join(root, 'node_modules/typescript/bin/tsc');
const options = process.argv.includes('--no-check') ? ['--noCheck'] : [];
const run = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', ...options], {
  cwd: root,
  stdio: 'inherit',
});
process.exitCode = run.status ?? 1;

// What runs and is no TypeScript.
const bridge = 'air/pty/bridge.py';
if (run.status === 0) copyFileSync(join(root, bridge), join(dist, bridge));

// tsc writes files without the executable bit, which `npx key` in a clone needs.
const command = join(dist, 'cli/main.js');
if (existsSync(command)) chmodSync(command, 0o755);

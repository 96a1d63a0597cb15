// Runs every example in turn, as compiled by `npm run build`, and as it stands where Node takes TypeScript (from 22.18
// on). Each must end by itself with status 0.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const TIMEOUT_MS = 60_000;
const root = join(import.meta.dirname, '..');
const sources = readdirSync(join(root, 'examples'))
  .filter((name) => name.endsWith('.ts'))
  .sort();
const examples = sources.flatMap((name) => [
  `dist/examples/${name.replace(/ts$/, 'js')}`,
  ...(process.features.typescript ? [`examples/${name}`] : []),
]);

let failed = examples.length === 0 ? 1 : 0;
for (const name of examples) {
  const run = spawnSync(process.execPath, [name], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  const ok = run.status === 0;
  if (!ok) failed += 1;
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name}`);
  if (!ok) console.log(`${run.stdout}${run.stderr}${run.error?.message ?? ''}`);
}
console.log(`${examples.length} examples, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

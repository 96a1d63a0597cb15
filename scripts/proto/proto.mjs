// Generates lib/native/schema/gen from lib/native/schema/*.proto, or with --check says whether it is current.
// The tools are packages of this folder: they are 130 MB that only those who change the schema need. The
// checksums written beside the generated code let `npm test` see, without buf, that the two belong together.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from '../tools.mjs';

const SOURCE = 'lib/native/schema';
const TARGET = 'lib/native/schema/gen';
const check = process.argv.includes('--check');
const out = check ? mkdtempSync(join(tmpdir(), 'phonekey-proto-')) : TARGET;

const sha256 = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** sha256 of each schema and of the code generated from it, as JSON. */
function checksums() {
  const schemas = readdirSync(SOURCE).filter((name) => name.endsWith('.proto'));
  const sums = {};
  for (const schema of schemas.sort()) {
    const generated = schema.replace('.proto', '_pb.ts');
    sums[schema] = sha256(join(SOURCE, schema));
    sums[generated] = sha256(join(out, generated));
  }
  return `${JSON.stringify(sums, null, 2)}\n`;
}

try {
  const template = JSON.stringify({
    version: 'v2',
    inputs: [{ directory: SOURCE }],
    plugins: [
      {
        local: command('proto', 'protoc-gen-es'),
        out,
        opt: ['target=ts', 'import_extension=js'],
      },
    ],
  });
  const run = spawnSync(command('proto', 'buf'), ['generate', '--template', template], {
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (run.status !== 0)
    throw new Error(`buf generate failed (${run.error?.message ?? run.status})`);
  const file = join(TARGET, 'checksums.json');
  if (!check) writeFileSync(file, checksums());
  else if (checksums() !== readFileSync(file, 'utf8')) {
    throw new Error(`${TARGET} is not current: run npm run proto`);
  } else console.log(`${TARGET} is current`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  if (check) rmSync(out, { recursive: true, force: true });
}

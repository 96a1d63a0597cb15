// Generates from lib/native/schema/*.proto what lib/native/wire.ts works with (plugin.mjs), and for the tests what
// protobuf-es works with, which they compare it to; or with --check says whether both are current.
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
const REFERENCE = 'test/support/schema';
const check = process.argv.includes('--check');
const temporary = () => mkdtempSync(join(tmpdir(), 'phonekey-proto-'));
const [out, reference] = check ? [temporary(), temporary()] : [TARGET, REFERENCE];

const sha256 = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** sha256 of each schema and of the code generated from it, as JSON. */
function checksums() {
  const schemas = readdirSync(SOURCE).filter((name) => name.endsWith('.proto'));
  const sums = {};
  for (const schema of schemas.sort()) {
    const [name] = schema.split('.');
    sums[schema] = sha256(join(SOURCE, schema));
    sums[`${name}.ts`] = sha256(join(out, `${name}.ts`));
    sums[`${name}_pb.ts`] = sha256(join(reference, `${name}_pb.ts`));
  }
  return `${JSON.stringify(sums, null, 2)}\n`;
}

try {
  const plugin = (local, out) => ({ local, out, opt: ['target=ts', 'import_extension=js'] });
  const template = JSON.stringify({
    version: 'v2',
    inputs: [{ directory: SOURCE }],
    plugins: [
      plugin(command('proto', 'protoc-gen-es'), reference),
      plugin([process.execPath, 'scripts/proto/plugin.mjs'], out),
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
    throw new Error(`${TARGET} or ${REFERENCE} is not current: run npm run proto`);
  } else console.log(`${TARGET} and ${REFERENCE} are current`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  if (check)
    for (const folder of [out, reference]) rmSync(folder, { recursive: true, force: true });
}

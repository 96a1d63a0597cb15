// Generates lib/wire/gen from lib/wire/phonekey.proto, or with --check says whether it is current.
// buf is fetched on demand: it is 90 MB that only those who change the schema need.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BUF = '@bufbuild/buf@1.75.0';
const GENERATED = 'phonekey_pb.ts';
const check = process.argv.includes('--check');
const target = 'lib/wire/gen';
const out = check ? mkdtempSync(join(tmpdir(), 'phonekey-proto-')) : target;

const template = JSON.stringify({
  version: 'v2',
  inputs: [{ directory: 'lib/wire' }],
  plugins: [
    {
      local: 'node_modules/.bin/protoc-gen-es',
      out,
      opt: ['target=ts', 'import_extension=js'],
    },
  ],
});

try {
  const run = spawnSync('npx', ['--yes', BUF, 'generate', '--template', template], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (run.status !== 0)
    throw new Error(`buf generate failed (${run.error?.message ?? run.status})`);
  if (check) {
    const fresh = readFileSync(join(out, GENERATED), 'utf8');
    if (fresh !== readFileSync(join(target, GENERATED), 'utf8')) {
      throw new Error(`${target}/${GENERATED} is not current: run npm run proto`);
    }
    console.log(`${target}/${GENERATED} is current`);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  if (check) rmSync(out, { recursive: true, force: true });
}

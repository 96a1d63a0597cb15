// Has Verifpal look for attacks on the models in docs/model and their variants, and compares what it finds with what they say.
//   npm run model                            all
//   npm run model -- session pairing         these
//   npm run model -- --write FOLDER          writes the variants out instead, to be read or run one by one
// Exit status 1 when a query is not as expected, 2 for a wrong option, 3 when there is no Verifpal.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { variants } from './variants.mjs';

/** For one variant; the slowest takes half a minute where nothing else runs. */
const TIMEOUT_MS = 900_000;
const MODELS = join(import.meta.dirname, '../../docs/model');
const known = readdirSync(MODELS)
  .filter((name) => name.endsWith('.vp'))
  .map((name) => name.slice(0, -3));

/** What Verifpal wrote, with the last line apart: a letter and a digit for each query. */
function verify(file, sessions) {
  const args = ['verify', file, '--sessions', sessions, '--result-code', '--color', 'never'];
  const options = { encoding: 'utf8', timeout: TIMEOUT_MS, maxBuffer: 2 ** 28 };
  const { error, status, stdout, stderr } = spawnSync('verifpal', args, options);
  const [code = ''] = (status === 0 && /(?<=^|\n)(?:[a-z][01])+(?=\n$)/.exec(stdout)) || [];
  return { code, text: `${stdout}${stderr}${error?.message ?? ''}` };
}

/** Prints a line on one variant; false, and all that Verifpal says, when it is not as expected. */
function check(file, { title, queries, sessions }) {
  const began = performance.now();
  const { code, text } = verify(file, sessions);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const ok = queries.length > 0 && code === queries.map(({ expected }) => expected).join('');
  const attacks = queries.filter(({ attacked }) => attacked).length;
  const told = `${queries.length - attacks} true, ${attacks} false`;
  console.log(
    `${ok ? 'ok    ' : 'FAILED'} ${title.padEnd(24)} ${told.padEnd(16)} ${seconds.padStart(6)} s`,
  );
  if (ok) return true;
  for (const [at, { question, expected }] of queries.entries()) {
    const found = code.slice(2 * at, 2 * at + 2) || 'nothing';
    if (found !== expected) console.log(`  ${question}: expected ${expected}, found ${found}`);
  }
  console.log(text);
  return false;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'string' } },
});
const unknown = positionals.find((name) => !known.includes(name));
if (unknown !== undefined) {
  console.error(`There is no model ${unknown}: ${known.join(', ')}.`);
  process.exit(2);
}

const version = spawnSync('verifpal', ['--version'], { encoding: 'utf8' });
if (values.write === undefined && version.error !== undefined) {
  console.error(
    'Nothing was checked: there is no verifpal on the PATH. With Rust, and in some six minutes,',
  );
  console.error('  .ci/verifpal ~/.cache/phonekey-verifpal');
  console.error('builds one, which is then in the folder bin there.');
  process.exit(3);
}

const models = (positionals.length > 0 ? positionals : known).flatMap((model) =>
  variants(readFileSync(join(MODELS, `${model}.vp`), 'utf8')).map((variant) => ({
    ...variant,
    title: `${model} ${variant.name}`.trim(),
  })),
);
const folder = values.write ?? mkdtempSync(join(tmpdir(), 'phonekey-model-'));
mkdirSync(folder, { recursive: true });
let failed = 0;
for (const model of models) {
  const file = join(folder, `${model.title.replace(' ', '-')}.vp`);
  writeFileSync(file, model.text);
  if (values.write === undefined && !check(file, model)) failed += 1;
}
if (values.write === undefined) {
  rmSync(folder, { recursive: true });
  console.log(`${version.stdout.trim()}: ${models.length} models, ${failed} not as expected`);
  process.exitCode = models.length > 0 && failed === 0 ? 0 : 1;
}

// Packs dist into the tarball that is published, with the JavaScript of noble and bleno inside, and has
// publint and arethetypeswrong look at it.
// Why the radios are files of ours: docs/decisions/0024-radios-as-files.md.
//   node scripts/release/pack.mjs                 writes phonekey-<version>.tgz beside package.json
//   node scripts/release/pack.mjs --out <folder>    writes it there
//   node scripts/release/pack.mjs --stage <folder>  only lays the files out in <folder>
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { command } from '../tools.mjs';
import { checkDeclarationMaps, SOURCES } from './declaration-maps.mjs';

const ROOT = join(import.meta.dirname, '../..');
const RADIOS = ['@abandonware/noble', '@abandonware/bleno'];
const CONTENTS = [
  'dist',
  'docs',
  'examples',
  'man',
  'test/vectors',
  ...SOURCES,
  'README.md',
  'LICENSE',
  'NOTICE',
  'CHANGELOG.md',
];
/** Of no use at run time; of the rest npm packs what package.json names in `files`. */
const LEFT_OUT = [
  ...['bench', 'cli', 'examples', 'lab', 'scripts', 'test'].map((name) => `dist/${name}`),
  'docs/exports', // the declarations say the same
];
/** What the radios need for an adapter of macOS or Windows: there they are installed beside phonekey. */
const NATIVE = ['napi-thread-safe-callback', 'node-addon-api', 'node-gyp-build'];
/** Of a radio's files: what runs, its types and its licence. */
const CARRIED = /^(lib\/.*\.js(on)?|(index|with-[a-z-]+)\.js|index\.d\.ts|package\.json|LICENSE)$/;

/** Ways of finding types that are not for ESM. */
const NOT_ESM = ['node10', 'node16-cjs'];

const slashes = (path) => path.split(sep).join('/');

const { values: options } = parseArgs({
  options: { out: { type: 'string', default: ROOT }, stage: { type: 'string' } },
});

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
const writeJson = (file, value) => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);

/** Our manifest as published: with what the radios require, and the radios themselves only as what one may add. */
function publishedManifest() {
  const {
    private: isPrivate,
    scripts,
    devDependencies,
    optionalDependencies,
    dependencies,
    ...rest
  } = readJson(join(ROOT, 'package.json'));
  const needs = RADIOS.flatMap((name) =>
    Object.entries(readJson(join(ROOT, 'node_modules', name, 'package.json')).dependencies),
  );
  const others = needs.filter(([name]) => !NATIVE.includes(name));
  return {
    ...rest,
    files: [...rest.files, ...SOURCES],
    dependencies: { ...dependencies, ...Object.fromEntries(others) },
  };
}

/** A radio as it is, but for what is native, or not needed to run it. */
function carry(name, stage) {
  const from = join(ROOT, 'node_modules', name);
  if (!existsSync(from)) throw new Error(`${name} is not installed: run npm ci first`);
  const files = readdirSync(from, { recursive: true }).map(slashes);
  for (const file of files.filter((each) => CARRIED.test(each)))
    cpSync(join(from, file), join(stage, 'dist/radios', name, file), { recursive: true });
}

/** What our types say of the radios, they say of those that are carried. */
function pointTypes(stage) {
  const dist = join(stage, 'dist');
  for (const file of readdirSync(dist, { recursive: true })) {
    if (!file.endsWith('.d.ts')) continue;
    const text = readFileSync(join(dist, file), 'utf8');
    const up = '../'.repeat(file.split(sep).length - 1);
    const pointed = text.replaceAll(
      /(['"])(@abandonware\/(?:noble|bleno))\1/g,
      `'${up}radios/$2/index.js'`,
    );
    if (pointed !== text) writeFileSync(join(dist, file), pointed);
  }
}

function layOut(stage) {
  if (!existsSync(join(ROOT, 'dist'))) throw new Error('dist is missing: run npm run build first');
  run(process.execPath, [join(ROOT, 'scripts/man.mjs')], ROOT);
  mkdirSync(stage, { recursive: true });
  writeJson(join(stage, 'package.json'), publishedManifest());
  for (const path of CONTENTS)
    cpSync(join(ROOT, path), join(stage, path), {
      recursive: true,
      filter: (file) => !LEFT_OUT.includes(slashes(relative(ROOT, file))),
    });
  for (const name of RADIOS) carry(name, stage);
  pointTypes(stage);
  // For programs: what makes the vectors easy to compare in the tree is a fourth of their size.
  const vectors = join(stage, 'test/vectors');
  for (const file of readdirSync(vectors).filter((name) => name.endsWith('.json')))
    writeFileSync(join(vectors, file), `${JSON.stringify(readJson(join(vectors, file)))}\n`);
}

/** Runs a command and gives its stdout; throws with it when the command fails. */
function run(file, args, cwd, good = [0], stdout = 'pipe') {
  const result = spawnSync(file, args, {
    cwd,
    stdio: ['ignore', stdout, 'inherit'],
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (good.includes(result.status)) return result.stdout;
  const reason = result.error?.message ?? `status ${result.status}`;
  throw new Error(`${file} ${args.join(' ')}: ${reason}\n${result.stdout ?? ''}`);
}

/**
 * For who imports it as ESM. The profile of arethetypeswrong that says so ignores what other ways make of an entry, but not
 * of the sources beside it, which they find where an entry has the name of a folder.
 */
function checkTypes(tarball, cwd) {
  // Into a file: it ends before a pipe has taken all that it says.
  const found = join(cwd, 'types.json');
  run(command('release', 'attw'), [tarball, '--format', 'json'], cwd, [0, 1], openSync(found, 'w'));
  const wrong = Object.values(readJson(found).problems)
    .flat()
    .filter(({ resolutionKind, resolutionOption: way = resolutionKind }) => !NOT_ESM.includes(way));
  if (wrong.length > 0) throw new Error(`wrong types: ${JSON.stringify(wrong, null, 2)}`);
  console.log('The types are right for every entry.');
}

function pack(out) {
  mkdirSync(out, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'phonekey-pack-'));
  try {
    layOut(work);
    checkDeclarationMaps(work);
    const name = run('npm', ['pack', '--silent', '--pack-destination', out], work).trim();
    console.log(name);
    const publint = ['run', join(out, name), '--strict'];
    console.log(run(command('release', 'publint'), publint, work).trim());
    checkTypes(join(out, name), work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

try {
  if (options.stage === undefined) pack(resolve(options.out));
  else layOut(resolve(options.stage));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

// Packs dist into the tarball that is published, with the JavaScript of noble and bleno inside, and has
// publint look at it.
// Why they are bundled, and without install scripts: docs/decisions/0001-optional-radios.md.
//   node scripts/release/pack.mjs                 writes phonekey-<version>.tgz beside package.json
//   node scripts/release/pack.mjs --out <folder>    writes it there
//   node scripts/release/pack.mjs --stage <folder>  only lays the files out in <folder>
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { command } from '../tools.mjs';
import { checkDeclarationMaps, SOURCES } from './declaration-maps.mjs';

const ROOT = join(import.meta.dirname, '../..');
const RADIOS = ['@abandonware/noble', '@abandonware/bleno'];
const CONTENTS = ['dist', 'docs', 'man', ...SOURCES, 'README.md', 'LICENSE', 'NOTICE', 'CHANGELOG.md'];
/** Of no use at run time. The C++ sources of the radios stay: macOS builds them. */
const LEFT_OUT = [
  'dist/bench',
  'dist/cli',
  'dist/examples',
  'dist/lab',
  'dist/scripts',
  'dist/test',
  ...RADIOS.flatMap((name) =>
    ['.github', 'assets', 'examples', 'test'].map((folder) => `node_modules/${name}/${folder}`),
  ),
];

const { values: options } = parseArgs({
  options: { out: { type: 'string', default: ROOT }, stage: { type: 'string' } },
});

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
const writeJson = (file, value) => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);

/** Finds an installed package as Node would from `from`: in the nearest node_modules that has it. */
function findInstalled(name, from) {
  for (let dir = from; ; dir = dirname(dir)) {
    const candidate = join(dir, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (dir === ROOT) throw new Error(`${name} is not installed: run npm ci first`);
  }
}

/** The folders of `names` and of all they depend on, optional dependencies left out. */
function closure(names) {
  const found = new Set();
  const visit = (name, from) => {
    const dir = findInstalled(name, from);
    if (found.has(dir)) return;
    found.add(dir);
    const { dependencies = {}, optionalDependencies = {} } = readJson(join(dir, 'package.json'));
    for (const dependency of Object.keys(dependencies)) {
      if (!(dependency in optionalDependencies)) visit(dependency, dir);
    }
  };
  for (const name of names) visit(name, ROOT);
  return [...found];
}

/** Our manifest as published: the radios are bundled, hence plain dependencies. */
function publishedManifest() {
  const {
    private: isPrivate,
    scripts,
    devDependencies,
    optionalDependencies,
    ...rest
  } = readJson(join(ROOT, 'package.json'));
  const isRadio = ([name]) => RADIOS.includes(name);
  const optional = Object.entries(optionalDependencies);
  return {
    ...rest,
    files: [...rest.files, ...SOURCES],
    dependencies: { ...Object.fromEntries(optional.filter(isRadio)), ...rest.dependencies },
    optionalDependencies: Object.fromEntries(optional.filter((entry) => !isRadio(entry))),
    bundleDependencies: RADIOS,
  };
}

/**
 * A radio's manifest as bundled: nothing runs or builds at install, `npm run rebuild` still can, and
 * no platform is refused, because over the virtual air it runs anywhere.
 */
function bundledManifest(manifest) {
  const { optionalDependencies, devDependencies, os, ...rest } = manifest;
  return { ...rest, gypfile: false, scripts: { rebuild: 'node-gyp rebuild' } };
}

function copy(path, stage, omit = () => false) {
  cpSync(join(ROOT, path), join(stage, path), {
    recursive: true,
    filter: (file) => {
      const name = relative(ROOT, file).split(sep).join('/');
      return !LEFT_OUT.includes(name) && !omit(name);
    },
  });
}

function layOut(stage) {
  if (!existsSync(join(ROOT, 'dist'))) throw new Error('dist is missing: run npm run build first');
  run(process.execPath, [join(ROOT, 'scripts/man.mjs')], ROOT);
  mkdirSync(stage, { recursive: true });
  writeJson(join(stage, 'package.json'), publishedManifest());
  for (const path of CONTENTS) copy(path, stage);
  for (const dir of closure(RADIOS)) {
    const path = relative(ROOT, dir).split(sep).join('/');
    // What lies nested in it is in the closure by itself, if it is needed.
    copy(path, stage, (name) => name === `${path}/node_modules`);
  }
  for (const name of RADIOS) {
    const file = join(stage, 'node_modules', name, 'package.json');
    writeJson(file, bundledManifest(readJson(file)));
  }
}

/** Runs a command and gives its stdout; throws with it when the command fails. */
function run(file, args, cwd) {
  const result = spawnSync(file, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (result.status === 0) return result.stdout;
  const reason = result.error?.message ?? `status ${result.status}`;
  throw new Error(`${file} ${args.join(' ')}: ${reason}\n${result.stdout ?? ''}`);
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

// Installs phonekey on a PATH with no compiler, make or Python, and sees that the virtual air works.
//   node scripts/release/check-install.mjs --tarball <file> [--with <node>:<npm-cli.js>]... [--clone]
// Each --with is one pair to try (default: those that run this); --clone also tries the clone.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const TOOLS = ['sh', 'env', 'cat', 'ls', 'mkdir', 'rm', 'cp', 'mv', 'chmod', 'dirname', 'basename'];
const ABSENT = ['gcc', 'g++', 'cc', 'c++', 'clang', 'make', 'python', 'python3', 'node-gyp'];
const TIMEOUT_MS = 180_000;

const { values: options } = parseArgs({
  options: {
    tarball: { type: 'string' },
    with: { type: 'string', multiple: true },
    clone: { type: 'boolean', default: false },
  },
});

function which(name) {
  const dir = process.env.PATH.split(delimiter).find((path) => existsSync(join(path, name)));
  return dir === undefined ? undefined : realpathSync(join(dir, name));
}

/** Runs a command and gives its output; throws with the output when it fails. */
function run(command, args, { cwd, path }) {
  // The setting of the project this runs in must not decide what happens in the others.
  const { npm_config_ignore_scripts: inherited, ...env } = process.env;
  const result = spawnSync(command, args, {
    cwd,
    env: { ...env, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  const output = `${result.stdout}${result.stderr}`;
  if (result.status === 0) return output;
  const reason = result.error?.message ?? `status ${result.status}`;
  throw new Error(`${command} ${args.join(' ')}: ${reason}\n${output}`);
}

/** A folder to serve as PATH: this node, this npm, a few tools of the shell, and no toolchain. */
function poorPath(dir, node, npm) {
  mkdirSync(dir);
  for (const tool of TOOLS) {
    const file = which(tool);
    if (file !== undefined) symlinkSync(file, join(dir, tool));
  }
  symlinkSync(node, join(dir, 'node'));
  const shim = join(dir, 'npm');
  writeFileSync(shim, `#!${join(dir, 'sh')}\nexec "${node}" "${npm}" "$@"\n`);
  chmodSync(shim, 0o755);
  for (const name of ABSENT) {
    if (existsSync(join(dir, name))) throw new Error(`${name} is on the PATH of this check`);
  }
  return dir;
}

/** Run in the folder of a consumer: all entry points load, and the radios are phonekey's own. */
const CONSUMER = `
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
const manifest = JSON.parse(readFileSync('node_modules/phonekey/package.json', 'utf8'));
for (const entry of Object.keys(manifest.exports)) {
  if (!entry.endsWith('.json')) await import('phonekey' + entry.slice(1));
}
const inside = createRequire(import.meta.dirname + '/node_modules/phonekey/package.json');
for (const radio of ['@abandonware/noble', '@abandonware/bleno']) inside.resolve(radio);
`;

function checkDependency(dir, path) {
  mkdirSync(dir);
  writeFileSync(join(dir, 'package.json'), '{ "name": "consumer", "version": "1.0.0" }\n');
  writeFileSync(join(dir, 'consumer.mjs'), CONSUMER);
  const install = ['install', '--ignore-scripts=false', resolve(options.tarball)];
  run('npm', install, { cwd: dir, path });
  run('node', ['consumer.mjs'], { cwd: dir, path });
  rmSync(join(dir, 'node_modules'), { recursive: true });
  run('npm', ['ci', '--ignore-scripts=false'], { cwd: dir, path });
  run('node', ['consumer.mjs'], { cwd: dir, path });
  run(join(dir, 'node_modules/.bin/key'), ['demo'], { cwd: dir, path });
}

function checkGlobal(dir, path) {
  const install = ['install', '--global', '--prefix', dir, '--ignore-scripts=false'];
  mkdirSync(dir);
  run('npm', [...install, resolve(options.tarball)], { cwd: dir, path });
  run(join(dir, 'bin/key'), ['demo'], { cwd: dir, path });
}

/** The files git knows or would know, so that an uncommitted change is tried as well. */
function checkClone(dir, path) {
  const list = spawnSync('git', ['ls-files', '-coz', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (list.status !== 0) throw new Error(`git ls-files failed: ${list.stderr}`);
  for (const file of list.stdout.split('\0').filter(Boolean)) {
    if (existsSync(join(ROOT, file))) cpSync(join(ROOT, file), join(dir, file));
  }
  run('npm', ['install'], { cwd: dir, path });
  run('npm', ['start'], { cwd: dir, path });
}

const work = realpathSync(mkdtempSync(join(tmpdir(), 'phonekey-install-')));
const npmCli = process.env.npm_execpath ?? which('npm');
const pairs = options.with ?? [`${process.execPath}:${npmCli}`];
let failed = 0;

function attempt(title, check) {
  const started = Date.now();
  try {
    check();
    console.log(`ok      ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${title}\n${error.message}`);
  }
}

try {
  if (options.tarball === undefined)
    throw new Error('--tarball is missing: npm run pack makes one');
  for (const [index, pair] of pairs.entries()) {
    const [node, npm] = pair.split(':').map((file) => realpathSync(file));
    const dir = join(work, String(index));
    mkdirSync(dir);
    const path = poorPath(join(dir, 'bin'), node, npm);
    const version = (command) =>
      run(command, ['--version'], { cwd: dir, path }).trim().split('\n')[0];
    const title = `node ${version('node')}, npm ${version('npm')}, no compiler:`;
    attempt(`${title} as a dependency`, () => checkDependency(join(dir, 'dependency'), path));
    attempt(`${title} global`, () => checkGlobal(join(dir, 'global'), path));
    if (options.clone && index === 0)
      attempt(`${title} clone`, () => checkClone(join(dir, 'clone'), path));
  }
} catch (error) {
  failed += 1;
  console.error(error.message);
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;

// Installs phonekey on a PATH with no compiler, make or Python, and sees that the virtual air works. Fails when that
// takes more than MOST packages and megabytes, or one of them has an install script.
//   node scripts/release/check-install.mjs --tarball <file> [--with <node>:<npm-cli.js>]... [--clone]
// Each --with is one pair to try (default: those that run this); the last one of a major release of Node also with
// the other package managers. --clone also tries the clone.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bytesIn, caches, installScripts, MANAGERS, packagesUnder, program } from './managers.mjs';

const ROOT = join(import.meta.dirname, '../..');
const TOOLS = 'sh env cat ls mkdir rm cp mv chmod dirname basename sed uname'.split(' ');
const ABSENT = ['gcc', 'g++', 'cc', 'c++', 'clang', 'make', 'python', 'python3', 'node-gyp'];
const TIMEOUT_MS = 180_000;
const TARBALL = 'phonekey.tgz';
const MOST = { packages: 14, megabytes: 14.5 };

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
    env: { ...env, ...caches(join(work, 'caches')), PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  const output = `${result.stdout}${result.stderr}`;
  if (result.status === 0) return output;
  const reason = result.error?.message ?? `status ${result.status}`;
  throw new Error(`${command} ${args.join(' ')}: ${reason}\n${output}`);
}

/** A folder to serve as PATH: this node, the managers, a few tools of the shell, and no toolchain. */
function poorPath(dir, node, npm) {
  mkdirSync(dir);
  for (const tool of TOOLS) {
    const file = which(tool);
    if (file !== undefined) symlinkSync(file, join(dir, tool));
  }
  symlinkSync(node, join(dir, 'node'));
  shim(join(dir, 'npm'), `"${node}" "${npm}"`);
  for (const name of ABSENT) {
    if (existsSync(join(dir, name))) throw new Error(`${name} is on the PATH of this check`);
  }
  return dir;
}

function shim(file, program) {
  writeFileSync(file, `#!${join(dirname(file), 'sh')}\nexec ${program} "$@"\n`);
  chmodSync(file, 0o755);
}

/** Run in the folder of a consumer: all entry points load, and a hub, which is a process of its own, starts. */
const CONSUMER = `
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
const manifest = createRequire(import.meta.url).resolve('phonekey/package.json');
for (const entry of Object.keys(JSON.parse(readFileSync(manifest, 'utf8')).exports)) {
  if (!entry.endsWith('.json')) await import('phonekey' + entry.slice(1));
}
const { connectOrStartHub } = await import('phonekey/air');
(await connectOrStartHub(process.argv[2])).close();
`;

/** As a dependency of a new project, and again from the project's lockfile; gives what it took. */
function checkDependency(manager, dir, path, node) {
  mkdirSync(dir);
  const files = {
    'package.json': '{ "name": "consumer", "version": "1.0.0" }\n',
    ...manager.files,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  writeFileSync(join(dir, 'consumer.mjs'), CONSUMER);
  cpSync(options.tarball, join(dir, TARBALL));
  if (manager.file !== undefined) {
    rmSync(join(path, 'manager'), { force: true });
    shim(join(path, 'manager'), program(manager, node));
  }
  const manage = (...args) => run(manager.file ? 'manager' : 'npm', args, { cwd: dir, path });
  const runs = (name, ...args) =>
    manager.plugAndPlay
      ? manage(name, ...args)
      : run(name === 'node' ? name : join(dir, 'node_modules/.bin', name), args, {
          cwd: dir,
          path,
        });
  const uses = () => {
    runs('node', join(dir, 'consumer.mjs'), join(dir, 'air/hub.sock'));
    runs('key', 'demo');
  };
  const begin = Date.now();
  manage(...manager.add, `./${TARBALL}`);
  const seconds = (Date.now() - begin) / 1000;
  uses();
  const took = measure(manager, dir);
  rmSync(join(dir, 'node_modules'), { recursive: true, force: true });
  manage(...manager.again);
  uses();
  return `${took}, ${seconds.toFixed(1)} s`;
}

/** How much was installed; throws when it is too much, or has scripts. */
function measure({ plugAndPlay }, dir) {
  const folders = packagesUnder(plugAndPlay ? join(dir, '.yarn') : dir);
  const scripted = folders.filter((folder) => installScripts(folder).length > 0);
  if (scripted.length > 0) throw new Error(`install scripts: ${scripted.join(', ')}`);
  // In Plug'n'Play all but phonekey itself stay in their archives.
  const archives = plugAndPlay
    ? readdirSync(join(dir, '.yarn/cache')).filter((name) => name.endsWith('.zip'))
    : [];
  const packages = plugAndPlay ? archives.length : folders.length;
  const inUse = plugAndPlay
    ? [
        join(dir, '.yarn/unplugged'),
        ...archives
          .filter((name) => !name.startsWith('phonekey-'))
          .map((name) => join(dir, '.yarn/cache', name)),
      ]
    : [join(dir, 'node_modules')];
  const megabytes = inUse.reduce((sum, path) => sum + bytesIn(path), 0) / 2 ** 20;
  const took = `${packages} packages, ${megabytes.toFixed(1)} MB`;
  if (packages > MOST.packages || megabytes > MOST.megabytes) throw new Error(`too much: ${took}`);
  return took;
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
    const took = check();
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    console.log(`ok      ${title} (${took === undefined ? '' : `${took}; `}in all ${seconds} s)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${title}\n${error.message}`);
  }
}

try {
  if (options.tarball === undefined)
    throw new Error('--tarball is missing: npm run pack makes one');
  const tried = pairs.map((pair, index) => {
    const [node, npm] = pair.split(':').map((file) => realpathSync(file));
    const dir = join(work, String(index));
    mkdirSync(dir);
    const path = poorPath(join(dir, 'bin'), node, npm);
    const version = (program) =>
      run(program, ['--version'], { cwd: dir, path }).trim().split('\n')[0];
    return { dir, node, path, release: version('node'), npm: version('npm') };
  });
  const major = ({ release }) => release.split('.')[0];
  for (const [index, each] of tried.entries()) {
    const { dir, node, path, release, npm } = each;
    const isLast = tried.findLast((other) => major(other) === major(each)) === each;
    for (const [place, manager] of MANAGERS.entries()) {
      const name = manager.name === 'npm' ? `npm ${npm}` : manager.name;
      if (place === 0 || isLast)
        attempt(`node ${release}, ${name}, no compiler: as a dependency`, () =>
          checkDependency(manager, join(dir, `dependency-${place}`), path, node),
        );
    }
    const title = `node ${release}, npm ${npm}, no compiler:`;
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

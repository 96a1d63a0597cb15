// Runs the tests of docs/guides/test-runners with the runners that they are for, on the package as it is published.
//   node scripts/test-runners/run.mjs [--tarball <file>] [--node <path>]...
// Without a tarball it packs one; each --node is one to run them on (default: the one that runs this).
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { satisfies } from 'semver';
import { install } from '../tools.mjs';

const HERE = import.meta.dirname;
const ROOT = join(HERE, '../..');
const FILES = join(ROOT, 'docs/guides/test-runners');
/** The folder of each one's files, and how they are run; `passed` finds the number of tests that have. */
const RUNNERS = JSON.parse(readFileSync(join(HERE, 'runners.json'), 'utf8'));
const TIMEOUT_MS = 180_000;

const { values: options } = parseArgs({
  options: {
    tarball: { type: 'string' },
    node: { type: 'string', multiple: true, default: [process.execPath] },
  },
});

/** Runs a command of the guide; throws with what it printed when it fails. */
function run(command, cwd, env = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, {
    cwd,
    env: { ...process.env, NO_COLOR: '1', CI: 'true', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    shell: true,
    timeout: TIMEOUT_MS,
  });
  if (status === 0) return `${stdout}${stderr}`;
  throw new Error(`${command}: ${error?.message ?? `status ${status}`}\n${stdout}${stderr}`);
}

const testsIn = (folder) =>
  readdirSync(folder)
    .filter((name) => name.includes('.test.'))
    .flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(/^test\(/gm)]).length;

/** Undefined where the runner is not for this release of Node. */
function testsPassed(runner, node, scratch) {
  if (runner.package !== undefined) {
    const manifest = join(HERE, 'node_modules', runner.package, 'package.json');
    const { engines } = JSON.parse(readFileSync(manifest, 'utf8'));
    if (!satisfies(node.version, engines.node)) return undefined;
  }
  const folder = mkdtempSync(join(scratch, `${runner.folder}-`));
  cpSync(join(FILES, runner.folder), folder, { recursive: true });
  symlinkSync(join(HERE, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const PATH = `${dirname(node.path)}${delimiter}${process.env.PATH}`;
  const printed = run(runner.command, folder, { PATH });
  const expected = testsIn(folder);
  const passed = Number(new RegExp(runner.passed).exec(printed)?.[1] ?? 0);
  if (passed !== expected || passed === 0)
    throw new Error(`${runner.folder}: ${passed} of ${expected} tests have passed\n${printed}`);
  return passed;
}

const scratch = mkdtempSync(join(tmpdir(), 'phonekey-runners-'));
try {
  install('test-runners');
  let { tarball } = options;
  if (tarball === undefined) {
    run(`npm run pack -- --out "${scratch}"`, ROOT);
    tarball = join(
      scratch,
      readdirSync(scratch).find((name) => name.endsWith('.tgz')),
    );
  }
  run(`npm install --no-save --ignore-scripts "${resolve(tarball)}"`, HERE);
  const ran = new Set();
  for (const path of options.node) {
    const node = { path: resolve(path), version: run(`"${resolve(path)}" --version`, ROOT).trim() };
    for (const runner of RUNNERS) {
      const passed = testsPassed(runner, node, scratch);
      console.log(`${runner.folder}, node ${node.version}: ${passed ?? 'not for it'}`);
      if (passed !== undefined) ran.add(runner);
    }
  }
  const never = RUNNERS.filter((runner) => !ran.has(runner)).map(({ folder }) => folder);
  if (never.length > 0) throw new Error(`on none of these releases of node: ${never.join(', ')}`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

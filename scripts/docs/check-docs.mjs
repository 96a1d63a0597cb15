// Runs the code of README.md and of the guides: each program is type-checked and run, each command is typed.
//   npm run check:docs                               npm run check:docs -- docs/guides/share-a-key.md
// How blocks are marked: CONTRIBUTING.md. Wants the declarations of the package: node scripts/build.mjs --declarations
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { blocksOf, DocumentError, notRun } from './blocks.mjs';
import { checkTypes, runProgram, writePrograms } from './programs.mjs';
import { Shell } from './shell.mjs';
import { installCloud } from '../tools.mjs';

const ROOT = join(import.meta.dirname, '../..');

/** README and the guides, by their paths in the tree. */
export const documents = () => [
  'README.md',
  ...readdirSync(join(ROOT, 'docs/guides'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/guides/${name}`),
];

export const readBlocks = (document, root = ROOT) =>
  blocksOf(document, readFileSync(join(root, document), 'utf8'));

/** A folder as a reader has it: a project that has installed phonekey, a HOME, and `key` on the PATH. */
function layOut(folder) {
  const modules = join(folder, 'node_modules');
  mkdirSync(modules, { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  symlinkSync(ROOT, join(modules, 'phonekey'));
  writeFileSync(
    join(folder, 'package.json'),
    '{ "name": "reader", "private": true, "type": "module" }\n',
  );
  const bin = join(folder, '.bin');
  mkdirSync(bin);
  const key = join(bin, 'key');
  writeFileSync(
    key,
    `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'dist/bin/key.js')}" "$@"\n`,
  );
  chmodSync(key, 0o755);
  const home = join(folder, '.home');
  mkdirSync(home);
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(?:KEY_|NODE_|FORCE_COLOR)/.test(name),
  );
  return {
    ...Object.fromEntries(own),
    HOME: home,
    KEY_HOME: join(home, 'key'),
    PATH: bin + delimiter + process.env.PATH,
  };
}

/** Whether its commands want the package of the cloud. */
const wantsCloud = ({ use, text }) =>
  use === 'run' && /\bkey\b.* (?:cloud start|--story)\b/.test(text);

/** Writes the files that a document shows; those of the tree are to be the same there. */
function writeFiles(blocks, folder, root) {
  for (const { use, options, text, document, line } of blocks) {
    if (use !== 'file') continue;
    if (options.in !== undefined && readFileSync(join(root, options.in), 'utf8') !== `${text}\n`) {
      throw new DocumentError(document, line, `${options.in} is not what is shown`);
    }
    writeFileSync(join(folder, options.file ?? basename(options.in)), `${text}\n`);
  }
}

/**
 * Checks documents of the tree `root`, and tells with `say` how each went.
 * @throws Error that names what is wrong in a document, and where
 */
export async function checkDocuments(names, { root = ROOT, say = console.log } = {}) {
  const work = realpathSync(mkdtempSync(join(tmpdir(), 'phonekey-docs-')));
  try {
    const all = names.map((name) => {
      const folder = join(work, name.replaceAll('/', '-'));
      mkdirSync(folder);
      const blocks = readBlocks(name, root);
      const env = layOut(folder);
      writeFiles(blocks, folder, root);
      return { name, blocks, place: { folder, env }, programs: writePrograms(blocks, folder) };
    });
    if (all.some(({ blocks }) => blocks.some(wantsCloud))) installCloud();
    await checkTypes(
      ROOT,
      all.flatMap(({ programs }) => programs),
    );
    for (const { name, blocks, place } of all) {
      const begin = performance.now();
      const done = await runBlocks(name, blocks, place);
      const seconds = ((performance.now() - begin) / 1000).toFixed(1);
      say(`ok      ${name}: ${done} (${seconds} s)`);
    }
    for (const line of all.flatMap(({ blocks }) => notRun(blocks))) say(`not run ${line}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Runs the programs of a document, and types its commands; says how many that were.
 * @throws DocumentError for the first that does not do what the document says
 */
export async function runBlocks(name, blocks, place) {
  const programs = writePrograms(blocks, place.folder).filter(({ use }) => use === 'run');
  for (const program of programs) runProgram(program, place);
  const shell = new Shell(name, place);
  let commands = 0;
  try {
    for (const block of blocks) {
      const isTyped = block.language === 'sh' || block.language === 'console';
      if (isTyped && block.use === 'run') commands += await shell.run(block);
    }
    await shell.end();
  } finally {
    shell.kill();
  }
  return `${programs.length} programs, ${commands} commands`;
}

async function main() {
  if (!existsSync(join(ROOT, 'dist/lib/index.d.ts'))) {
    throw new Error('no declarations: node scripts/build.mjs --declarations');
  }
  const names = process.argv.slice(2);
  await checkDocuments(names.length > 0 ? names : documents());
}

if (process.argv[1] === import.meta.filename) {
  try {
    await main();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

// Compiles to dist, module by module, and bundles the command `key` with all it needs into dist/bin, which
// loads in half the time. The package in cloud gets a dist of its own, for which its packages need not be there.
// Types are checked by `npm run typecheck`; --declarations writes them for the package.
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { performance } from 'node:perf_hooks';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');
const FOLDERS = [
  'lib',
  'local',
  'air',
  'firmware-sim',
  'cli',
  'bench',
  'examples',
  'lab',
  'testing',
  'test/explore',
  'test/fuzz',
  'test/load',
  'test/support',
];
const CLOUD = [
  'cloud/*.ts',
  ...['broker', 'service', 'store'].map((name) => `cloud/${name}/**/*.ts`),
];
const COMMAND = 'dist/bin/key.js';
const LICENCES = 'dist/bin/LICENSES.txt';

const slashes = (path) => path.split(sep).join('/');
const OPTIONS = {
  absWorkingDir: ROOT,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  logLevel: 'warning',
  metafile: true,
};

const compile = () =>
  build({
    ...OPTIONS,
    entryPoints: [...FOLDERS.map((folder) => `${folder}/**/*.ts`), 'scripts/*.ts', 'air/**/*.py'],
    loader: { '.py': 'copy' },
    outbase: '.',
    outdir: 'dist',
  });

const compileCloud = () =>
  build({ ...OPTIONS, entryPoints: CLOUD, outbase: 'cloud', outdir: 'cloud/dist' });

/** Lets `import.meta.url` in a bundle name the module that it stands in, as compiled to dist. */
const MODULE_PATHS = {
  name: 'module-paths',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      if (!source.includes('import.meta.url')) return undefined;
      const module = slashes(relative(ROOT, path)).replace(/ts$/, 'js');
      const contents = source.replaceAll(
        'import.meta.url',
        `new URL('../${module}', import.meta.url).href`,
      );
      return { contents, loader: 'ts' };
    }),
};

const bundle = () =>
  build({
    ...OPTIONS,
    entryPoints: { key: 'cli/main.ts' },
    bundle: true,
    splitting: true,
    chunkNames: '[name]-[hash]',
    minifyWhitespace: true,
    outdir: 'dist/bin',
    external: ['@abandonware/*'], // are loaded as they are
    // What package.json names is compiled.
    alias: { '#car-homes': './firmware-sim/homes.ts', '#suite': './lib/crypto/node-bundled.ts' },
    plugins: [MODULE_PATHS],
    // CommonJS packages ask for the modules of Node by `require`.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
  });

/** The licences of the packages that are in the bundle; of one without a text, NOTICE has it. */
const licences = (inputs) => {
  const notice = readFileSync(join(ROOT, 'NOTICE'), 'utf8');
  const folders = inputs.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);
  const texts = [...new Set(folders)].sort().map((folder) => {
    const read = (file) => readFileSync(join(ROOT, folder, file), 'utf8');
    const { name, version, license } = JSON.parse(read('package.json'));
    const file = readdirSync(join(ROOT, folder)).find((each) => /^licen[cs]e/i.test(each));
    if (file === undefined && !notice.includes(`\n${name} `)) {
      throw new Error(`${name} has no text of its licence, and NOTICE does not name it`);
    }
    const text = file === undefined ? 'See NOTICE.' : read(file).trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
};

/** What an earlier build left, of sources that are gone. */
const removeAllBut = (folder, written) => {
  for (const each of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
    const file = join(each.parentPath, each.name);
    if (!each.isDirectory() && !written.has(slashes(relative(ROOT, file)))) rmSync(file);
  }
};

const declarations = () => {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const run = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (run.status !== 0) throw new Error('tsc wrote no declarations');
};

const begin = performance.now();
process.stderr.write('building the library and the command key into dist ...\n');
try {
  const results = await Promise.all([compile(), bundle(), compileCloud()]);
  const [modules, chunks, cloud] = results.map(({ metafile }) => Object.keys(metafile.outputs));
  writeFileSync(join(ROOT, LICENCES), licences(Object.keys(results[1].metafile.inputs)));
  chmodSync(join(ROOT, COMMAND), 0o755);
  removeAllBut('dist', new Set([...modules, ...chunks, LICENCES]));
  removeAllBut('cloud/dist', new Set(cloud));
  if (process.argv.includes('--declarations')) declarations();
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  process.stderr.write(
    `built ${modules.length + cloud.length} modules and the command in ${seconds} s\n`,
  );
} catch (error) {
  // esbuild has said already what is wrong with a source.
  if (error.errors === undefined) process.stderr.write(`build: ${error.message}\n`);
  process.exitCode = 1;
}

// Bundles the installed tarball for browsers with esbuild, vite, rollup and webpack, by their own defaults: what each
// entry gives a page runs where there are web globals alone, and an entry that is for Node is refused by name.
//   node scripts/release/check-bundles.mjs --tarball <file>
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import * as esbuild from 'esbuild';
import { install } from '../tools.mjs';

const { values: options } = parseArgs({ options: { tarball: { type: 'string' } } });

install('bundlers');
const require = createRequire(new URL('../bundlers/package.json', import.meta.url));
const vite = await import(require.resolve('vite'));
const rollup = require('rollup');
const { nodeResolve } = require('@rollup/plugin-node-resolve');
const webpack = require('webpack');

const ROLLUP_OUTPUT = { format: 'iife', name: 'page', inlineDynamicImports: true };

/** From an entry file to the script of a page; each rejects with what its user would be shown. */
const BUNDLERS = {
  async esbuild(input) {
    const settings = { entryPoints: [input], bundle: true, write: false, logLevel: 'silent' };
    try {
      return (await esbuild.build(settings)).outputFiles[0].text;
    } catch (error) {
      const told = error.errors.flatMap(({ text, notes }) => [
        text,
        ...notes.map((note) => note.text),
      ]);
      throw new Error(told.join('\n'), { cause: error });
    }
  },
  async vite(input) {
    const lib = { entry: input, formats: ['iife'], name: 'page' };
    const built = await vite.build({
      configFile: false,
      root: join(input, '..'),
      logLevel: 'silent',
      build: { lib, write: false, minify: false },
    });
    return built[0].output[0].code;
  },
  async rollup(input) {
    const onwarn = ({ code, message }) => {
      if (code === 'UNRESOLVED_IMPORT') throw new Error(message);
    };
    const plugins = [nodeResolve({ browser: true })];
    const bundle = await rollup.rollup({ input, plugins, onwarn });
    const { output } = await bundle.generate(ROLLUP_OUTPUT);
    return output[0].code;
  },
  webpack(input) {
    const output = { path: join(input, '../out'), filename: 'page.js', publicPath: '' };
    // A page of one script, as there is no server here.
    const plugins = [new webpack.optimize.LimitChunkCountPlugin({ maxChunks: 1 })];
    const optimization = { minimize: false };
    const mode = 'production';
    const compiler = webpack({ mode, entry: input, output, plugins, optimization });
    return new Promise((done, failed) => {
      compiler.run((error, stats) => {
        if (error ?? stats.hasErrors()) failed(error ?? new Error(stats.toString('errors-only')));
        else done(readFileSync(join(output.path, output.filename), 'utf8'));
      });
    });
  },
};

/** What a page and a worker have, and Node too. */
const WEB = [
  ...['AbortController', 'AbortSignal', 'DOMException', 'Event', 'EventTarget', 'MessageChannel'],
  ...[
    'TextDecoder',
    'TextEncoder',
    'URL',
    'atob',
    'btoa',
    'clearInterval',
    'clearTimeout',
    'console',
    'crypto',
  ],
  ...['performance', 'queueMicrotask', 'setInterval', 'setTimeout', 'structuredClone'],
];

/** Runs a page's script, and gives what it promised as `globalThis.result`. */
const runPage = (script) => {
  const page = createContext(Object.fromEntries(WEB.map((name) => [name, globalThis[name]])));
  runInContext(script, page);
  return page.result;
};

const NAMES = (entry) => `import * as it from '${entry}'; globalThis.result = Object.keys(it);`;
const UNLOCK = `
  import { PhoneKey } from 'phonekey';
  import { SimulatedCar } from 'phonekey/sim';
  import { MemoryCarStore, MemoryRadio } from 'phonekey/testing';
  const unlock = async () => {
    const radio = new MemoryRadio();
    const car = await SimulatedCar.start({ name: 'Car', peripheral: radio.peripheral() });
    const phone = new PhoneKey({ central: radio.central(), store: new MemoryCarStore() });
    await car.control.tap({ reader: 'console', purpose: 'pair' });
    await phone.pair({ code: (await car.control.screen()).code });
    await phone.unlock();
    const { locked } = await car.control.status();
    await car.stop();
    return locked ? 'locked' : 'unlocked';
  };
  globalThis.result = unlock();`;

const work = realpathSync(mkdtempSync(join(tmpdir(), 'phonekey-bundles-')));
let failed = 0;

async function attempt(title, check) {
  try {
    await check();
    console.log(`ok      ${title}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${title}\n${error.message}`);
  }
}

/** How they say that package.json does not have the entry for browsers. */
const NAMED = /"\.?\/[a-z/]+"|"phonekey\/[a-z/]+"/;

const isFor = (target) => target.browser !== null;

async function checkWith(name, bundle, exports) {
  const of = (program) => {
    const file = join(work, 'page.mjs');
    writeFileSync(file, program);
    return bundle(file);
  };
  for (const [path, target] of Object.entries(exports)) {
    if (typeof target === 'string') continue;
    const entry = `phonekey${path.slice(1)}`;
    if (isFor(target)) {
      await attempt(`${name}: ${entry}`, async () => {
        if (runPage(await of(NAMES(entry))).length === 0) throw new Error('exports nothing');
      });
    } else {
      await attempt(`${name}: ${entry} is refused`, async () => {
        const said = await of(NAMES(entry)).then(
          () => 'nothing',
          ({ message }) => message,
        );
        if (!NAMED.test(said) || said.includes('node:')) throw new Error(`says ${said}`);
      });
    }
  }
  await attempt(`${name}: a phone unlocks a car`, async () => {
    const result = await runPage(await of(UNLOCK));
    if (result !== 'unlocked') throw new Error(`the car is ${result}`);
  });
}

try {
  if (options.tarball === undefined)
    throw new Error('--tarball is missing: npm run pack makes one');
  writeFileSync(join(work, 'package.json'), '{ "private": true, "type": "module" }\n');
  const npm = spawnSync('npm', ['install', '--silent', resolve(options.tarball)], {
    cwd: work,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) throw new Error(`npm cannot install ${options.tarball}`);
  const manifest = join(work, 'node_modules/phonekey/package.json');
  const { exports } = JSON.parse(readFileSync(manifest, 'utf8'));
  for (const [name, bundle] of Object.entries(BUNDLERS)) await checkWith(name, bundle, exports);
} catch (error) {
  failed += 1;
  console.error(error.message);
} finally {
  rmSync(work, { recursive: true, force: true });
}
// What the pages left open would keep this process.
process.exit(failed > 0 ? 1 : 0);

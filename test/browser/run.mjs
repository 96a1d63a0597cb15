// Bundles every entry of the package that browsers can have, as it was built, and runs the tests of page.ts in
// headless Chromium: the one that CHROMIUM names, or one on the PATH.
//   npm run test:browser [-- --outputFile report.json]   the report has jest's form
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');
/** Of package.json's exports, and something that each exports. The others are for Node. */
const ENTRIES = {
  '.': 'PhoneKey',
  './car': 'CarEndpoint',
  './sim': 'SimulatedCar',
  './air/sim': 'SimAir',
  './cloud': 'cloudCentral',
  './inspect': 'Conversation',
  './testing': 'MemoryRadio',
};
const FOR_NODE = ['./air', './radio/noble', './radio/bleno', './radio/hci', './package.json'];
const NOT_IN_BROWSERS = /node_modules\/(tweetnacl|@abandonware)\/|lib\/crypto\/node/;
const PAGE = join(import.meta.dirname, 'page.ts');
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];
const TIMEOUT_MS = 180_000;

const { values: options } = parseArgs({
  // .ci/run says to all of its runs what jest wants to hear.
  options: { ci: { type: 'boolean' }, json: { type: 'boolean' }, outputFile: { type: 'string' } },
});

const OPTIONS = {
  absWorkingDir: ROOT,
  bundle: true,
  format: 'esm',
  logLevel: 'warning',
  metafile: true,
  platform: 'browser',
  write: false,
};

/** Tests see the library as it was built; what they have of jest and of Node's suites is another one here. */
const IN_A_PAGE = {
  name: 'in-a-page',
  setup({ onResolve }) {
    const here = (name) => () => ({ path: join(import.meta.dirname, name) });
    onResolve({ filter: /^@jest\/globals$/ }, here('jest-globals.ts'));
    onResolve({ filter: /^\.\/suites\.js$/ }, here('suites.ts'));
    // Its tests, which package.json says have no effects.
    onResolve({ filter: /^\..*\.js$/ }, ({ path, importer }) =>
      importer === PAGE
        ? { path: join(import.meta.dirname, path.replace(/js$/, 'ts')), sideEffects: true }
        : undefined,
    );
    onResolve({ filter: /^(\.\.\/)+lib\// }, ({ path }) => ({
      path: join(ROOT, 'dist', path.replace(/^(\.\.\/)+/, '')),
    }));
  },
};

const text = ({ outputFiles, metafile, warnings }) => {
  if (warnings.length > 0) throw new Error('esbuild warns of a bundle for browsers');
  const stray = Object.keys(metafile.inputs).find((file) => NOT_IN_BROWSERS.test(file));
  if (stray !== undefined) throw new Error(`a bundle for browsers has ${stray}`);
  return outputFiles[0].text;
};

/** The scripts by their paths. */
async function bundles() {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const known = [...Object.keys(ENTRIES), ...FOR_NODE];
  const unknown = Object.keys(exports).find((entry) => !known.includes(entry));
  if (unknown !== undefined)
    throw new Error(`run.mjs does not say whether browsers have ${unknown}`);
  const files = new Map();
  for (const entry of Object.keys(ENTRIES)) {
    const contents = `export * from 'phonekey${entry.slice(1)}';`;
    const bundle = await build({ ...OPTIONS, stdin: { contents, resolveDir: ROOT } });
    files.set(`/entries/phonekey${entry.slice(1)}.js`, text(bundle));
  }
  const names = Object.entries(ENTRIES).map(([entry, name]) => [`phonekey${entry.slice(1)}`, name]);
  const page = await build({
    ...OPTIONS,
    entryPoints: [PAGE],
    external: ['/entries/*'],
    define: { ENTRIES: JSON.stringify(Object.fromEntries(names)) },
    plugins: [IN_A_PAGE],
  });
  return files.set('/page.js', text(page));
}

/** Serves them on loopback; `report` settles with what the page sends. */
async function serve(files) {
  let reported;
  const report = new Promise((resolve) => (reported = resolve));
  const server = createServer(async (request, response) => {
    const script = files.get(request.url);
    if (request.method === 'POST') {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      reported(JSON.parse(body));
      response.end();
    } else if (script !== undefined) {
      response.setHeader('content-type', 'text/javascript').end(script);
    } else {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><script type="module" src="/page.js"></script>');
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}/`, report, close: () => server.close() };
}

function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const folder of process.env.PATH.split(delimiter)) {
    for (const name of NAMES) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // the next one
      }
    }
  }
  throw new Error('no Chromium: set CHROMIUM, or install one (see .ci/chromium)');
}

/** Opens the page and waits for its report. */
async function open(chromium, { url, report }) {
  const profile = mkdtempSync(join(tmpdir(), 'phonekey-chromium-'));
  const args = ['--headless', '--no-first-run', '--disable-gpu', `--user-data-dir=${profile}`, url];
  // Chromium's sandbox needs what root and containers do not have; it opens this one page.
  const browser = spawn(chromium, ['--no-sandbox', '--disable-dev-shm-usage', ...args], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  browser.stderr.on('data', (chunk) => (said += chunk));
  const failed = (why) => new Error(`${why}; Chromium said:\n${said.slice(-4000)}`);
  let timer;
  try {
    return await Promise.race([
      report,
      new Promise((_, reject) => {
        browser.on('error', () => reject(failed('Chromium does not start')));
        browser.on('exit', (code) => reject(failed(`Chromium ended with ${code}`)));
        timer = setTimeout(() => reject(failed('the page did not report in time')), TIMEOUT_MS);
      }),
    ]);
  } finally {
    clearTimeout(timer);
    if (browser.exitCode === null && browser.pid !== undefined) {
      const ended = once(browser, 'exit');
      process.kill(-browser.pid, 'SIGKILL');
      await ended;
    }
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

try {
  const files = await bundles();
  const chromium = findChromium();
  const server = await serve(files);
  const results = await open(chromium, server).finally(server.close);
  const failures = results.filter(({ failure }) => failure !== undefined);
  for (const { name, failure } of failures) console.error(`FAILED  ${name}\n${failure}\n`);
  const passed = results.length - failures.length;
  console.log(`in a browser: ${passed} passed, ${failures.length} failed`);
  const success = failures.length === 0 && passed > 0;
  if (options.outputFile !== undefined) {
    const report = {
      success,
      numPassedTests: passed,
      numFailedTests: failures.length,
      numPendingTests: 0,
      numTodoTests: 0,
      numTotalTestSuites: 1,
      numRuntimeErrorTestSuites: 0,
    };
    writeFileSync(options.outputFile, JSON.stringify(report));
  }
  process.exitCode = success ? 0 : 1;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

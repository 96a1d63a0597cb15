// Says at the end of `npm run test:interop` what did not run, and makes the run fail for it where it
// must not happen: under CI (a toolchain is missing there), and always for a folder without a test.
import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

export default class InteropReporter {
  #config;
  #failure;

  constructor(config) {
    this.#config = config;
  }

  onRunComplete(_contexts, { testResults }) {
    const { rootDir } = this.#config;
    const folder = join(rootDir, 'test', 'interop');
    const skipped = testResults
      .map((suite) => ({
        path: relative(rootDir, suite.testFilePath),
        count: suite.numPendingTests + suite.numTodoTests,
      }))
      .filter(({ count }) => count > 0);
    for (const { path, count } of skipped) console.log(`not run: ${count} tests of ${path}`);
    if (skipped.length > 0 && process.env.CI) {
      this.#fail('Under CI every interop test must run: install what is missing.');
    }

    if (this.#isSelection()) return;
    const judged = new Set(
      testResults.map((suite) => relative(folder, suite.testFilePath).split(sep)[0]),
    );
    const silent = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'support')
      .map((entry) => entry.name)
      .filter((name) => !judged.has(name));
    if (silent.length > 0) {
      this.#fail(`No test ran in test/interop/${silent.join(', test/interop/')}.`);
    }
  }

  /** jest fails the run for it, but does not say why. */
  #fail(message) {
    this.#failure = new Error(message);
    console.error(message);
  }

  /** True when the command line asked for some of the tests only. */
  #isSelection() {
    const { testPathPatterns, testNamePattern, onlyChanged, findRelatedTests } = this.#config;
    return Boolean(testPathPatterns?.isSet() || testNamePattern || onlyChanged || findRelatedTests);
  }

  getLastError() {
    return this.#failure;
  }
}

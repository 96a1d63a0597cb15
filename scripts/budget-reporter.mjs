// Says at the end of a run what each folder of tests took of its budget, and which suites are slow. It informs:
// on a busy machine everything takes longer, and no run fails for it.
import { relative, sep } from 'node:path';

/** Seconds of all suites of a folder together, of which four run at a time, on two idle cores. */
const BUDGETS = {
  'test/cli': 110,
  'test/unit': 65,
  'test/integration': 50,
  'test/load': 15,
  'test/property': 16,
  'test/fuzz': 8,
  'test/vectors': 7,
  'test/cloud': 30,
  'cloud/test': 20,
  examples: 1,
};

/** A suite that takes more, in seconds, is named. */
const SLOW_S = 5;

export default class BudgetReporter {
  #rootDir;

  constructor({ rootDir }) {
    this.#rootDir = rootDir;
  }

  onRunComplete(_contexts, { testResults }) {
    const used = new Map();
    const slow = [];
    for (const { testFilePath, perfStats } of testResults) {
      const path = relative(this.#rootDir, testFilePath).split(sep).join('/');
      const folder = Object.keys(BUDGETS).find((name) => path.startsWith(`${name}/`));
      const seconds = perfStats.runtime / 1000;
      if (folder !== undefined) used.set(folder, (used.get(folder) ?? 0) + seconds);
      if (seconds > SLOW_S) slow.push(`${path} ${seconds.toFixed(1)} s`);
    }
    const parts = [...used].map(([folder, seconds]) => {
      const over = seconds > BUDGETS[folder] ? ' (over)' : '';
      return `${folder} ${seconds.toFixed(0)} of ${BUDGETS[folder]} s${over}`;
    });
    console.log(`\nBudget: ${parts.join(', ')}`);
    if (slow.length > 0) console.log(`Over ${SLOW_S} s: ${slow.join(', ')}`);
  }
}

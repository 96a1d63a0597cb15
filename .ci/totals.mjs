// Adds up jest's reports: node .ci/totals.mjs <folder> <run>... Each run must have left a report in
// which every test passed and none was skipped, or the exit status is 1.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ...runs] = process.argv.slice(2);
let passed = 0;
let failed = 0;
let sound = runs.length > 0;

for (const run of runs) {
  const file = join(folder, `${run}.json`);
  if (!existsSync(file)) {
    console.log(`${run}: jest left no report`);
    sound = false;
    continue;
  }
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const skipped = report.numPendingTests + report.numTodoTests;
  const broken = report.numRuntimeErrorTestSuites;
  passed += report.numPassedTests;
  // A file that could not even be loaded has no tests to count.
  failed += report.numFailedTests + broken;
  sound &&= report.success && report.numPassedTests > 0 && skipped === 0;
  console.log(
    `${run}: ${report.numPassedTests} passed, ${report.numFailedTests} failed, ` +
      `${skipped} skipped, ${broken} of ${report.numTotalTestSuites} files did not load`,
  );
}

process.exitCode = sound && failed === 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed`);

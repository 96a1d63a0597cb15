// Alters the code, one small change at a time, and counts the changes that no test notices (Stryker).
//   npm run mutation                    everything; what did not change since the last run is not run again
//   npm run mutation -- session wire    these areas
//   npm run mutation -- --mutate 'lib/native/session/common.ts' session
// Exit status 1 when an area has less than its share of changes noticed.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import jest from '../../jest.config.mjs';
import { install } from '../tools.mjs';

const ROOT = join(import.meta.dirname, '../..');
/** Kept between runs, not by git. */
const REPORTS = join(ROOT, 'reports/mutation');

/** Percent of the changes that tests must notice. */
const WANTED = 90;

/** What is altered, and the tests that must notice: those beside it, not all that happen to use it. */
const AREAS = {
  crypto: {
    mutate: ['lib/crypto/*.ts'],
    tests: ['unit/crypto/*', 'property/crypto', 'vectors/{ed25519,symmetric,x25519}'],
  },
  noise: { mutate: ['lib/noise/*.ts'], tests: ['unit/noise/*', 'vectors/noise'] },
  session: {
    mutate: ['lib/native/session/*.ts'],
    tests: [
      'unit/native/session/*',
      'unit/native/car/freshness',
      'property/session',
      'vectors/protocol',
    ],
  },
  pairing: {
    mutate: ['lib/native/pairing/*.ts'],
    tests: ['unit/native/pairing/*', 'property/pairing', 'vectors/{spake2plus,protocol}'],
  },
  domain: {
    mutate: ['lib/domain/*.ts'],
    tests: ['unit/domain/*', 'unit/native/phone/connection', 'unit/firmware-sim/body'],
  },
  credentials: {
    mutate: ['lib/credentials/*.ts'],
    tests: ['unit/credentials/*', 'vectors/credentials'],
  },
  // What the car decides by them: who comes in, what is taken away, and when.
  rights: {
    mutate: ['firmware-sim/rights/*.ts'],
    tests: ['unit/firmware-sim/rights/*'],
  },
  policy: {
    mutate: ['firmware-sim/{behaviors,key-manager,pin-lock,pin-tries}.ts'],
    tests: [
      'unit/firmware-sim/{behaviors,cards,controller-details,key-manager,pin-lock,set-time}',
      'unit/firmware-sim/rights/{admission,revoking}',
    ],
  },
  cards: {
    mutate: [
      'firmware-sim/{cards,car-report,outcome-memory}.ts',
      'firmware-sim/memory/outcome-record.ts',
    ],
    tests: ['unit/firmware-sim/{car-report,cards,outcome-memory,set-time}'],
  },
  // What a phone keeps of a car while it pairs, and learns of it afterwards.
  phone: {
    mutate: ['lib/phone/{pairing,reconcile,deadline}.ts'],
    tests: ['unit/phone/{pairing,reconcile,granted-key,deadline}', 'unit/native/phone/pair'],
  },
  // What it has by grants, what it signs itself, and what it brings to cars.
  sharing: {
    mutate: ['lib/phone/{accepting,grants,dating,own-list,catching-up,outbox}.ts'],
    tests: ['unit/phone/{accepting,several-grants,dating,own-list,catching-up,relay}'],
  },
  wire: { mutate: ['lib/native/*.ts'], tests: ['unit/native/*', 'property/{codec,framing,wire}'] },
  car: {
    mutate: ['lib/native/car/link-*.ts', 'lib/car/{sessions,turns}.ts'],
    tests: [
      'unit/native/car/*',
      'unit/native/pairing/car-side',
      'unit/car/{sessions,turns}',
      'property/car-link',
    ],
  },
  controller: {
    mutate: ['firmware-sim/{controller,pairing-manager,pairing-window}.ts'],
    tests: [
      'unit/firmware-sim/{controller*,behaviors,cards,pairing-manager,pairing-window,pin-lock}',
      'unit/firmware-sim/{body,set-time}',
      'unit/firmware-sim/rights/terms',
      'property/firmware-sim',
    ],
  },
  // The store itself: the format of the record, the two files, the log in the flash. Not the simulated
  // chip, nor lock and directories. Of its tests those that take milliseconds; power cuts everywhere
  // (memory/power, power-cut), damage everywhere and large records take seconds for every change.
  memory: {
    mutate: [
      'local/{json,files/*}.ts',
      'firmware-sim/memory/{file-memory,generation,key-record,memory,record,rights-record,store}.ts',
      'firmware-sim/flash/{chain-writer,entry,flash,flash-memory,header,scan,sector-pool,splice}.ts',
    ],
    tests: [
      'unit/local/disk',
      'unit/firmware-sim/memory/{file-memory,record,store}',
      'unit/firmware-sim/flash/{entry,flash-cuts,flash-memory,header,scan,sector-pool,simulated-flash,splice}',
    ],
  },
};

const options = (name, mutate) => ({
  mutate: mutate ?? AREAS[name].mutate,
  testRunner: 'jest',
  plugins: ['@stryker-mutator/jest-runner'],
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  coverageAnalysis: 'perTest',
  jest: {
    config: {
      ...jest,
      // Each altered module must be loaded anew.
      testRunner: 'jest-circus/runner',
      roots: ['<rootDir>/test'],
      testMatch: AREAS[name].tests.map((tests) => `<rootDir>/test/${tests}.test.ts`),
    },
    enableFindRelatedTests: false,
  },
  // The folder is ignored by git, and so by Stryker.
  incremental: mutate === undefined,
  incrementalFile: join(REPORTS, `${name}.json`),
  reporters: process.stdout.isTTY ? ['clear-text', 'progress'] : ['clear-text'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  tempDirName: join(ROOT, 'reports/sandbox'),
  ignorePatterns: ['dist', 'reports', 'fuzz-failures', 'test/fuzz/corpus', 'test/interop'],
  concurrency: 1,
  // Modules that jest has loaded once stay in memory.
  maxTestRunnerReuse: 50,
  timeoutMS: 30_000,
  logLevel: 'warn',
  warnings: { slow: false },
  thresholds: { high: 95, low: WANTED, break: null },
});

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { mutate: { type: 'string', multiple: true } },
});
const unknown = positionals.find((name) => !(name in AREAS));
if (unknown !== undefined) {
  console.error(`There is no area ${unknown}: ${Object.keys(AREAS).join(', ')}.`);
  process.exit(2);
}

install('mutation');
const { Stryker } = await import('@stryker-mutator/core');
mkdirSync(REPORTS, { recursive: true });
const table = [];
for (const name of positionals.length > 0 ? positionals : Object.keys(AREAS)) {
  const mutants = await new Stryker(options(name, values.mutate)).runMutationTest();
  const count = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
  const noticed = count('Killed', 'Timeout');
  const total = noticed + count('Survived', 'NoCoverage');
  // No changes at all are no reason to be content: that is NaN, and not enough.
  const percent = Math.floor((1000 * noticed) / total) / 10;
  table.push({ area: name, noticed, total, percent });
}
rmSync(join(ROOT, 'reports/sandbox'), { recursive: true, force: true });
console.table(table);
process.exitCode = table.every(({ percent }) => percent >= WANTED) ? 0 : 1;

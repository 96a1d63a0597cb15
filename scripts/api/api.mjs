// Writes docs/exports: for each entry of package.json what it exports, with signatures. With --check it says
// whether the files are what the code gives, and fails where they are not. Fails either way where a signature
// has a type that cannot be imported from the same entry.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { install } from '../tools.mjs';

const ROOT = join(import.meta.dirname, '../..');
const REPORTS = join(ROOT, 'docs/exports');
const check = process.argv.includes('--check');

/** Tables of which types are made that are exported by names of their own. The files show them all the same. */
const TABLES = new Set([
  ...['ERRORS', 'REFUSALS', 'PAIRING_REFUSALS', 'RefusalEntry'],
  ...['JsonReader', 'Read', 'airChange', 'airList', 'device', 'info', 'link', 'moved', 'place'],
]);

install('api');
const { Extractor, ExtractorConfig } = createRequire(import.meta.url)('@microsoft/api-extractor');

/** The declarations, where package.json says that they are. */
const emit = () => {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const run = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (run.status !== 0) throw new Error('tsc wrote no declarations');
};

/** What the entry exports, and which types of its signatures cannot be imported from it. */
const report = (entry, types, reportFolder) => {
  const unexported = new Set();
  const compilerOptions = {
    ...JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8')).compilerOptions,
    typeRoots: [join(ROOT, 'node_modules/@types')],
  };
  const mainEntryPointFilePath = join(ROOT, types);
  const none = { logLevel: 'none' };
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(ROOT, 'package.json'),
    configObject: {
      projectFolder: ROOT,
      mainEntryPointFilePath,
      newlineKind: 'lf',
      compiler: { overrideTsconfig: { compilerOptions, files: [mainEntryPointFilePath] } },
      apiReport: {
        enabled: true,
        reportFolder,
        reportTempFolder: reportFolder,
        reportFileName: 'entry.api.md',
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: 'error' } },
        extractorMessageReporting: {
          default: none,
          'ae-forgotten-export': { logLevel: 'warning' },
        },
        tsdocMessageReporting: { default: none },
      },
    },
  });
  const errors = [];
  Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      const [, name] = /symbol "([^"]+)"/.exec(message.text) ?? [];
      if (message.messageId === 'ae-forgotten-export') unexported.add(name);
      else if (message.logLevel === 'error') errors.push(message.text);
      message.handled = true;
    },
  });
  if (errors.length > 0) throw new Error(`${entry}: ${errors.join('; ')}`);
  const [, code] = /```ts\n(.*)```/s.exec(readFileSync(join(reportFolder, 'entry.api.md'), 'utf8'));
  const declarations = code
    .replaceAll(/^ *\/\/ (\(undocumented\)|@public.*|\(No @packageDocumentation .*)\n/gm, '')
    .split(/\n{2,}/)
    .filter((each) => each.trim() !== '' && !each.trim().startsWith('///'));
  const missing = [...unexported].filter((each) => !TABLES.has(each)).sort();
  return { declarations, missing };
};

const nameOf = (entry) => (entry === '.' ? 'phonekey' : `phonekey/${entry.slice(2)}`);

/** What another entry exports as well stands there alone, and here its name. @param shown where each stands */
const written = (entry, declarations, shown) => {
  const own = [];
  const others = new Map();
  for (const each of declarations) {
    const [, name] =
      /^(?:export )?(?:abstract )?(?:interface|class|type|const) (\w+)/m.exec(each) ?? [];
    const place = shown.get(each);
    if (place === undefined || name === undefined) own.push(each);
    else others.set(place, [...(others.get(place) ?? []), name]);
    if (place === undefined) shown.set(each, entry);
  }
  const lines = [...others].map(
    ([place, names]) => `As in \`${nameOf(place)}\`: ${names.join(', ')}.\n\n`,
  );
  return `# \`${nameOf(entry)}\`\n\nWritten by \`npm run api\`; do not edit.\n\n${lines.join('')}\`\`\`ts\n${own.join('\n\n').trim()}\n\`\`\`\n`;
};

const read = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

mkdirSync(join(ROOT, 'dist'), { recursive: true });
const folder = mkdtempSync(join(ROOT, 'dist/api-'));
try {
  emit();
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  mkdirSync(REPORTS, { recursive: true });
  const wrong = [];
  const names = new Set();
  const shown = new Map();
  for (const [entry, { types }] of Object.entries(exports)) {
    if (types === undefined) continue;
    const { declarations, missing } = report(entry, types, folder);
    const text = written(entry, declarations, shown);
    if (missing.length > 0) {
      wrong.push(`${entry} does not export what its signatures name: ${missing.join(', ')}`);
    }
    const name = `${entry === '.' ? 'phonekey' : entry.slice(2).replaceAll('/', '-')}.md`;
    names.add(name);
    const file = join(REPORTS, name);
    if (!check) writeFileSync(file, text);
    else if (read(file) !== text) {
      wrong.push(
        `docs/exports/${name} is not what the code gives: run npm run api, and look at the change`,
      );
    }
  }
  for (const name of readdirSync(REPORTS)) {
    if (names.has(name)) continue;
    if (!check) rmSync(join(REPORTS, name));
    else wrong.push(`docs/exports/${name} is of no entry of package.json`);
  }
  for (const each of wrong) console.error(each);
  if (wrong.length > 0) process.exitCode = 1;
  else console.log(`docs/exports is current: ${names.size} entries`);
} catch (error) {
  console.error(`api: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

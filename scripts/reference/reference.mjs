// Writes the API reference to reports/reference, from the docstrings of all that the entries of package.json
// export. Fails on whatever typedoc warns of, and on an exported name, or a member of an exported class or
// interface, that has no docstring.
//   npm run reference                      npm run reference -- --out FOLDER
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { install } from '../tools.mjs';
import { undocumented } from './undocumented.mjs';

const ROOT = join(import.meta.dirname, '../..');

/** Of each entry the name that it is imported by, and its source. */
function entries() {
  const { name, exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return Object.entries(exports)
    .filter(([, { types }]) => types !== undefined)
    .map(([path, { types }]) => ({
      name: name + path.slice(1),
      source: types.replace(/^\.\/dist\/(.*)\.d\.ts$/, '$1.ts'),
    }));
}

/** The project as typedoc understands it, its modules named as they are imported. */
async function convert(typedoc) {
  const all = entries();
  const app = await typedoc.Application.bootstrap({
    name: 'phonekey',
    entryPoints: all.map(({ source }) => join(ROOT, source)),
    tsconfig: join(ROOT, 'tsconfig.build.json'),
    readme: 'none',
    disableSources: true,
    excludePrivate: true,
    excludeProtected: true,
    excludeInternal: true,
    excludeExternals: true,
    validation: { notExported: false, invalidLink: true, notDocumented: false },
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('typedoc could not read the sources');
  for (const module of project.children) {
    const entry = all.find(({ source }) => source.replace(/(\/index)?\.ts$/, '') === module.name);
    if (entry === undefined) throw new Error(`no entry of package.json is ${module.name}`);
    module.name = entry.name;
  }
  app.validate(project);
  return { app, project };
}

async function main() {
  const { values } = parseArgs({
    options: { out: { type: 'string', default: join(ROOT, 'reports/reference') } },
  });
  install('reference');
  const file = createRequire(import.meta.url).resolve('typedoc');
  const typedoc = await import(pathToFileURL(file));
  const { app, project } = await convert(typedoc);
  const missing = undocumented(project, typedoc.ReflectionKind);
  for (const each of missing) console.error(`no docstring: ${each}`);
  await app.generateDocs(project, resolve(values.out));
  const { errorCount, warningCount } = app.logger;
  console.error(
    `${missing.length} without a docstring, ${errorCount} errors, ${warningCount} warnings`,
  );
  return missing.length + errorCount + warningCount === 0;
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

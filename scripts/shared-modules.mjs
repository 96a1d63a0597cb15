// jest's test runner (jest-circus), except that the suites of SHARED that run in one worker load the modules
// of the product once, not once for each suite: a third of what all of them cost. Each suite has its tests, its
// helpers in test/ and its jest-circus to itself, and still runs alone, by its own name.
import { relative, sep } from 'node:path';
import runner from 'jest-circus/runner';

const circus = runner.default;

/** Suites that alter nothing but what they made; all but those of other people's programs. */
const SHARED = ['cli', 'fuzz', 'integration', 'load', 'property', 'unit', 'vectors'];

/** What jest-circus keeps on the global object for one file. */
const KEPT = ['EVENT_HANDLERS', 'TEST_TIMEOUT_SYMBOL'].map((name) => Symbol.for(name));

/** The first such suite's environment and runtime, which the others go on with. */
let first;

export default async function run(globalConfig, config, environment, runtime, path, report) {
  const suite = relative(config.rootDir, path).split(sep).join('/');
  const shared = SHARED.some((folder) => suite.startsWith(`test/${folder}/`));
  // Watching, a module that was altered must be loaded anew.
  if (!shared || globalConfig.watch || globalConfig.watchAll) {
    return circus(globalConfig, config, environment, runtime, path, report);
  }
  if (first === undefined) keep(environment, runtime);
  else forget(environment.global.console);
  mapStacks(runtime.getSourceMaps());
  const { global } = first.environment;
  const before = new Set(Object.keys(global));
  const result = await circus(
    globalConfig,
    config,
    first.environment,
    first.runtime,
    path,
    report,
  ).finally(() => {
    first.runtime.restoreAllMocks();
  });
  const left = Object.keys(global).filter((name) => !before.has(name) && !(name in globalThis));
  if (left.length > 0) throw new Error(`leaves globals to the next suite: ${left.join(', ')}`);
  return result;
}

function keep(environment, runtime) {
  first = { environment, runtime };
  environment.teardown = () => Promise.resolve();
  runtime.teardown = () => undefined;
}

/** What belongs to the suite before. */
function forget(console) {
  const { environment, runtime } = first;
  environment.global.console = console;
  for (const symbol of KEPT) Reflect.deleteProperty(environment.global, symbol);
  const { registries } = runtime;
  drop(registries.getInternalCjsRegistry(), /[\\/]jest-circus[\\/]/);
  drop(registries.getActiveEsmRegistry(), /^@jest\/globals$|\/test\//);
  runtime.enterTestCode();
}

/** Jest looks for source maps where the suite's own runtime would have put them. */
function mapStacks(own) {
  const maps = first.runtime.getSourceMaps();
  if (maps === own) return;
  for (const [file, map] of maps) own.set(file, map);
  maps.set = (file, map) => {
    own.set(file, map);
    return Map.prototype.set.call(maps, file, map);
  };
}

function drop(registry, pattern) {
  for (const key of registry.keys()) if (pattern.test(key)) registry.delete(key);
}

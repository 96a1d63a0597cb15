import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve, sep } from 'node:path';
import { compileFunction } from 'node:vm';

/**
 * Loads the files of one CommonJS package, as they are, each time anew: an instance has its modules to
 * itself, and sees our values in place of some modules and globals. Node's own loader (one shared
 * cache, hooks that all of the process feels) offers neither, and test runners put theirs in its place.
 */
export interface PackageOptions {
  readonly name: string;
  /** Modules that are answered here, by the name in `require`. */
  readonly modules: Readonly<Record<string, unknown>>;
  /** Names that the package's files take for globals. */
  readonly globals: Readonly<Record<string, unknown>>;
}

interface LoadedModule {
  exports: unknown;
}

const ownRequire = createRequire(import.meta.url);

/**
 * A `require` for the package, which takes paths inside it (`lib/noble`).
 * @throws the loader's MODULE_NOT_FOUND when the package is not installed
 */
export const loadPackage = (options: PackageOptions): ((path: string) => unknown) => {
  const manifest = ownRequire.resolve(`${options.name}/package.json`);
  const root = dirname(manifest);
  const cache = new Map<string, LoadedModule>();
  const parameters = ['exports', 'require', 'module', '__filename', '__dirname'];
  const globalNames = Object.keys(options.globals);
  const globalValues = Object.values(options.globals);

  const requireFrom =
    (directory: string) =>
    (request: string): unknown => {
      if (Object.hasOwn(options.modules, request)) return options.modules[request];
      const file = request.startsWith('.') ? findFile(resolve(directory, request)) : undefined;
      if (file?.startsWith(root + sep) === true) return loadFile(file);
      return createRequire(join(directory, 'any.js'))(request);
    };

  const loadFile = (file: string): unknown => {
    const loaded = cache.get(file);
    if (loaded !== undefined) return loaded.exports;
    const module: LoadedModule = { exports: {} };
    cache.set(file, module);
    if (file.endsWith('.json')) {
      module.exports = JSON.parse(readFileSync(file, 'utf8')) as unknown;
      return module.exports;
    }
    const body = compileFile(file, [...parameters, ...globalNames]);
    const directory = dirname(file);
    Reflect.apply(body, module.exports, [
      module.exports,
      requireFrom(directory),
      module,
      file,
      directory,
      ...globalValues,
    ]);
    return module.exports;
  };

  return (path) => requireFrom(root)(`./${path}`);
};

/** Functions that run a file, for all loads of this process: compiling is most of a load. They hold no state. */
const compiled = new Map<string, ReturnType<typeof compileFunction>>();

const compileFile = (
  file: string,
  parameters: readonly string[],
): ReturnType<typeof compileFunction> => {
  const key = [file, ...parameters].join();
  let body = compiled.get(key);
  if (body === undefined) {
    body = compileFunction(readFileSync(file, 'utf8'), parameters, { filename: file });
    compiled.set(key, body);
  }
  return body;
};

/** What `require` takes a path without extension for. */
const findFile = (path: string): string | undefined =>
  [path, `${path}.js`, `${path}.json`, join(path, 'index.js')].find(
    (candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile() === true,
  );

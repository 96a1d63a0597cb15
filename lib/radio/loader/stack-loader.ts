import os from 'node:os';
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve, sep } from 'node:path';
import { compileFunction } from 'node:vm';
import { manifestOf } from './manifest.js';

/** A package that was loaded for one user of it. */
export interface LoadedPackage {
  /** Takes paths inside the package (`lib/noble`). */
  readonly require: (path: string) => unknown;
  /** Ends its timers, and takes its listeners from the process. */
  readonly stop: () => void;
}

/** What the stacks of a scope ask for their HCI sockets, and how they get the class of it there. */
const SOCKETS: Readonly<Record<string, (socket: object) => object>> = {
  '@abandonware': (socket) => socket,
  '@stoprocent': (socket) => ({ loadDriver: () => socket }),
};

/** The name that bleno gives to whoever connects, instead of the computer's. */
const DEVICE_NAME = 'phonekey';

const socketModule = (name: string, socket: object): Readonly<Record<string, object>> => {
  const [scope = ''] = name.split('/');
  return { [`${scope}/bluetooth-hci-socket`]: SOCKETS[scope]?.(socket) ?? socket };
};

/** Choose an adapter or a channel of the Linux kernel; a virtual adapter knows neither. */
const ADAPTER_VARIABLES = new Set([
  'HCI_CHANNEL_USER',
  'NOBLE_HCI_DEVICE_ID',
  'BLENO_HCI_DEVICE_ID',
  'NOBLE_BINDINGS',
]);

/**
 * A new instance of noble or bleno, unmodified. Neither can be stopped: they ask every second whether the
 * adapter is up, for ever, and listen to the process. So they are given a `setTimeout` and a `process` of
 * their own. Their listeners of SIGINT are not let through: they would exit with 1 before a program can end
 * in order.
 * @param socket The class for HCI sockets of a virtual adapter, of which nothing keeps the process alive;
 *   without it this machine's own
 * @param from The file, as a path or URL, that the package is looked for from (default: this one)
 * @throws the loader's MODULE_NOT_FOUND when the package is not installed
 */
export const loadStack = (name: string, socket?: object, from?: string | URL): LoadedPackage => {
  const timers = startTimers(socket === undefined);
  const exits: NodeJS.ExitListener[] = [];
  const on = function (this: NodeJS.Process, event: string, listener: () => void): NodeJS.Process {
    // Switches the radio off; of a virtual one that is for its owner to do.
    if (event === 'exit' && socket === undefined) {
      process.on('exit', listener);
      exits.push(listener);
    }
    return this;
  };
  const own = socket === undefined ? {} : { env: { value: withoutAdapter(process.env) } };
  return {
    require: loadPackage({
      manifest: manifestOf(name, socket === undefined ? 'adapter' : 'virtual air', from),
      modules: {
        os: { ...os, hostname: () => DEVICE_NAME, ...(socket !== undefined && ANY_HCI_PLATFORM) },
        ...(socket !== undefined && socketModule(name, socket)),
      },
      globals: {
        process: Object.create(process, { ...own, on: { value: on } }) as NodeJS.Process,
        setTimeout: timers.setTimeout,
      },
    }),
    stop: () => {
      timers.stop();
      for (const listener of exits.splice(0)) process.removeListener('exit', listener);
    },
  };
};

/**
 * A platform on which both stacks use HCI, and on which no kernel answers connection parameter requests in
 * noble's place.
 */
const ANY_HCI_PLATFORM = { platform: () => 'freebsd' };

const withoutAdapter = (variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => !ADAPTER_VARIABLES.has(name)));

const startTimers = (keepAlive: boolean) => {
  const timers = new Set<NodeJS.Timeout>();
  let stopped = false;
  return {
    setTimeout: (run: () => void, ms: number): NodeJS.Timeout => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        run();
      }, ms);
      if (!keepAlive) timer.unref();
      if (stopped) clearTimeout(timer);
      else timers.add(timer);
      return timer;
    },
    stop: (): void => {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
};

interface PackageOptions {
  /** The path of the package's package.json. */
  readonly manifest: string;
  /** Modules that are answered here, by the name in `require`. */
  readonly modules: Readonly<Record<string, unknown>>;
  /** Names that the package's files take for globals. */
  readonly globals: Readonly<Record<string, unknown>>;
}

/**
 * Loads the files of one CommonJS package, as they are, each time anew: an instance has its modules to
 * itself, and sees our values in place of some modules and globals. Node's own loader (one shared
 * cache, hooks that all of the process feels) offers neither, and test runners put theirs in its place.
 * @returns a `require` for the package, which takes paths inside it (`lib/noble`)
 */
export const loadPackage = (options: PackageOptions): ((path: string) => unknown) => {
  const root = dirname(options.manifest);
  const cache = new Map<string, { exports: unknown }>();
  const parameters = ['exports', 'require', 'module', '__filename', '__dirname'];

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
    const module: { exports: unknown } = { exports: {} };
    cache.set(file, module);
    if (file.endsWith('.json')) {
      module.exports = JSON.parse(readFileSync(file, 'utf8')) as unknown;
      return module.exports;
    }
    const body = compileFile(file, [...parameters, ...Object.keys(options.globals)]);
    const directory = dirname(file);
    Reflect.apply(body, module.exports, [
      module.exports,
      requireFrom(directory),
      module,
      file,
      directory,
      ...Object.values(options.globals),
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

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { CloudOptions, RunningCloud } from '../../cloud/types.js';
import type { CarChannel } from '../../lib/cloud/car-channel.js';
import { PhoneKeyError } from '../../lib/errors.js';
import type { Logger } from '../../lib/platform/logger.js';
import { isErrno } from '../../local/errno.js';

/** The cloud is a package of its own, which most people never install: everything that wants it comes here. */
const NAME = 'phonekey-cloud';

/** In a clone the folder `cloud` of the tree that this module is in, as a source or in dist; undefined elsewhere. */
export const cloneOf = (module = fileURLToPath(import.meta.url)): string | undefined => {
  for (let at = dirname(module); at !== dirname(at); at = dirname(at)) {
    const folder = join(at, 'cloud');
    // A folder `cloud` without a package is one of modules.
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (existsSync(join(at, 'package.json'))) return undefined; // another package
  }
  return undefined;
};

const notInstalled = (clone: string | undefined, cause: unknown): PhoneKeyError => {
  const command =
    clone === undefined ? `npm install ${NAME}` : `npm install --prefix ${named(clone)}`;
  return new PhoneKeyError('cloud.not-installed', 'the cloud is not installed here', {
    cause,
    hint: `It is a package of its own: ${command}`,
  });
};

/** As one types it from where one stands. */
const named = (folder: string, cwd = process.cwd()): string =>
  folder === join(cwd, 'cloud') ? 'cloud' : /^[\w./\\:-]+$/.test(folder) ? folder : `'${folder}'`;

/** The modules of the package, by what is behind its name. */
const MODULES = { service: 'index.js', car: 'broker/car.js' } as const;

/**
 * A module of the package `phonekey-cloud`.
 * @param clone see `cloneOf`
 * @throws PhoneKeyError `cloud.not-installed`, which names the command that installs it
 */
const load = async (which: keyof typeof MODULES, clone = cloneOf()): Promise<unknown> => {
  const place =
    clone === undefined
      ? `${NAME}${which === 'car' ? '/car' : ''}`
      : pathToFileURL(join(clone, 'dist', MODULES[which])).href;
  try {
    return (await import(place)) as unknown;
  } catch (error) {
    if (isErrno(error, 'ERR_MODULE_NOT_FOUND')) throw notInstalled(clone, error);
    throw error;
  }
};

/** What the package exports. */
interface Service {
  readonly startCloud: (options: CloudOptions) => Promise<RunningCloud>;
}

/** @throws PhoneKeyError `cloud.not-installed` */
export const loadService = async (): Promise<Service> => (await load('service')) as Service;

/** Of `phonekey-cloud/car`. */
interface CarModule {
  readonly connectCar: (options: {
    readonly brokerUrl: string;
    readonly car: string;
    readonly secret: string;
    readonly log?: Logger;
  }) => CarChannel;
}

/** @throws PhoneKeyError `cloud.not-installed` */
export const loadCar = async (): Promise<CarModule> => (await load('car')) as CarModule;

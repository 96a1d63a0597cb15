import { existsSync, readdirSync } from 'node:fs';
import { nameOfFile } from '../config/file-name.js';
import { pathsFor } from '../config/paths.js';
import type { Completes } from '../config/parse.js';

/** The air is asked no longer than a person waits for a word, in milliseconds. */
const PATIENCE_MS = 500;

/**
 * Names of this home: of paired cars and of simulated ones by their files, which are not opened; of what is on the
 * air by asking that. None where anything fails.
 */
export const namesOf = async (
  kind: Completes,
  given: { readonly home?: string; readonly air?: string },
  env: NodeJS.ProcessEnv,
): Promise<readonly string[]> => {
  const paths = pathsFor(
    { home: given.home ?? env['KEY_HOME'], air: given.air ?? env['KEY_AIR'] },
    env,
  );
  try {
    if (kind === 'paired cars') return namesIn(paths.keys, '.json');
    if (kind === 'simulated cars') return namesIn(paths.cars, '');
    if (kind === 'key fobs') return namesIn(paths.fobs, '');
    if (kind === 'devices' && existsSync(paths.hub)) return await labelsOn(paths.hub);
  } catch {
    // Nobody can be told while he types.
  }
  return [];
};

const namesIn = (directory: string, extension: string): string[] =>
  readdirSync(directory)
    .filter((file) => file.endsWith(extension))
    .flatMap((file) => nameOfFile(file.slice(0, file.length - extension.length)) ?? []);

const labelsOn = async (hub: string): Promise<string[]> => {
  const { openHubControl } = await import('../../air/hub/control-client.js');
  const control = await openHubControl(hub);
  const late = setTimeout(() => control.close(), PATIENCE_MS);
  try {
    const { devices, absent } = await control.list();
    return [...devices, ...absent].map(({ label }) => label);
  } finally {
    clearTimeout(late);
    control.close();
  }
};

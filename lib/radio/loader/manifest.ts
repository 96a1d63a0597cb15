import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const { resolve } = createRequire(import.meta.url);

/**
 * The package.json of noble or bleno. The published package carries their JavaScript in dist/radios
 * (docs/decisions/0024-radios-as-files.md), which is what runs on the virtual air; one that is installed beside phonekey goes
 * before it for this machine's own adapter, since on macOS and Windows that takes native parts.
 * @param from the file from which another one is looked for instead
 * @throws the loader's MODULE_NOT_FOUND when there is neither
 */
export const manifestOf = (
  name: string,
  use: 'adapter' | 'virtual air',
  from?: string | URL,
): string => {
  if (from !== undefined) return createRequire(from).resolve(`${name}/package.json`);
  const carried = carriedManifest(name);
  if (carried !== undefined && use === 'virtual air') return carried;
  try {
    return resolve(`${name}/package.json`);
  } catch (error) {
    if (carried === undefined) throw error;
    return carried;
  }
};

/** Asks for phonekey by name: an application may have bundled this module into a file of its own. */
const carriedManifest = (name: string): string | undefined => {
  try {
    const manifest = join(
      dirname(resolve('phonekey/package.json')),
      'dist/radios',
      name,
      'package.json',
    );
    return existsSync(manifest) ? manifest : undefined;
  } catch {
    return undefined;
  }
};

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Parses a JSON file out of the source of a crate that Cargo.toml pins; cargo downloads it first
 * where it is not on this machine yet.
 */
export function readCrateJson(crate: string, path: string): unknown {
  return JSON.parse(readFileSync(join(sourceOf(crate), path), 'utf8')) as unknown;
}

interface Metadata {
  readonly packages: readonly { readonly name: string; readonly manifest_path: string }[];
}

let metadata: Metadata | undefined;

function sourceOf(crate: string): string {
  const args = ['metadata', '--format-version', '1', '--locked'];
  metadata ??= JSON.parse(
    execFileSync('cargo', args, {
      cwd: 'test/interop/vectors',
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 2 ** 26,
    }),
  ) as Metadata;
  const found = metadata.packages.find(({ name }) => name === crate);
  if (found === undefined) throw new Error(`crate ${crate} is not in the lock file`);
  return dirname(found.manifest_path);
}

// An editor that is asked where something of the package is defined follows the declaration map to a source. It
// reads that from its place, whatever text the map may hold: so the package has the sources.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const CONFIG = join(import.meta.dirname, '../../tsconfig.build.json');
/** The folders whose declarations are published. */
export const SOURCES = JSON.parse(readFileSync(CONFIG, 'utf8')).include;

/** Throws when a declaration below `<stage>/dist` has no map, or one that leads to a file that is not in `stage`. */
export function checkDeclarationMaps(stage) {
  const dist = join(stage, 'dist');
  const declarations = readdirSync(dist, { recursive: true }).filter(
    (file) => file.endsWith('.d.ts') && !file.startsWith('radios'),
  );
  if (declarations.length === 0)
    throw new Error('no declarations: node scripts/build.mjs --declarations');
  const astray = declarations.filter((file) => {
    const map = join(dist, `${file}.map`);
    if (!existsSync(map)) return true;
    const { sources } = JSON.parse(readFileSync(map, 'utf8'));
    return !sources.every((source) => existsSync(resolve(dirname(map), source)));
  });
  if (astray.length > 0) throw new Error(`declarations without their source: ${astray.join(', ')}`);
}

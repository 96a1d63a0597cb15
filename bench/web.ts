import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { figure } from './measure.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What a page loads to be a key, and to use one that it has: minified, and as gzip -9 sends it. */
export const webFigures = async () => [
  ...(await sizes('phone', 'PhoneKey')),
  ...(await sizes('remote', 'Remote')),
];

const sizes = async (what: string, name: string) => {
  const { outputFiles } = await build({
    stdin: { contents: `export { ${name} } from 'phonekey';`, resolveDir: ROOT },
    bundle: true,
    format: 'esm',
    minify: true,
    platform: 'browser',
    write: false,
  });
  const bytes = outputFiles[0]?.contents ?? new Uint8Array();
  return [
    figure(`web.${what}.minified_kb`, bytes.length / 1000, 'kB'),
    figure(`web.${what}.gzip_kb`, gzipSync(bytes, { level: 9 }).length / 1000, 'kB'),
  ];
};

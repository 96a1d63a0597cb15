// Has jest see the TypeScript as the build does: through esbuild.
import { transform, transformSync } from 'esbuild';

const options = (sourcefile) => ({
  loader: 'ts',
  format: 'esm',
  target: 'node20.19',
  sourcemap: 'external',
  sourcefile,
});

export default {
  process: (source, path) => transformSync(source, options(path)),
  processAsync: (source, path) => transform(source, options(path)),
};

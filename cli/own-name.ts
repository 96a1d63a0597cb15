import { basename, dirname, relative } from 'node:path';

/**
 * How this command is called from where one stands: `key` where it is installed, `npx key` in a project that
 * depends on it, and in a clone the file itself.
 * @param program what Node was given to run
 */
export const ownName = (program = process.argv[1] ?? 'key', cwd = process.cwd()): string => {
  if (basename(program).endsWith('.js')) {
    const path = relative(cwd, program);
    return `node ${/^[\w./\\-]+$/.test(path) ? path : `'${path}'`}`;
  }
  return basename(dirname(program)) === '.bin' ? 'npx key' : 'key';
};

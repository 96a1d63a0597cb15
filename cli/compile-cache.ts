import { existsSync, mkdirSync, statSync } from 'node:fs';
import module from 'node:module';
import { dirname } from 'node:path';
import envPaths from 'env-paths';

/**
 * Lets Node 22.1 and later keep what it compiles from here on, so that the next command starts sooner
 * (NODE_DISABLE_COMPILE_CACHE=1: no). Such code is run as it is found: it is kept where nobody else can
 * write, or not at all.
 */
export const keepCompiledCode = (): void => {
  const { enableCompileCache } = module as { enableCompileCache?: (directory: string) => unknown };
  if (enableCompileCache === undefined) return;
  const { cache } = envPaths('phonekey', { suffix: '' });
  try {
    // Not recursively, which never ends where a file system takes no names (/proc).
    for (const each of [dirname(cache), cache])
      if (!existsSync(each)) mkdirSync(each, { mode: 0o700 });
    const { mode, uid } = statSync(cache);
    const ours = process.platform === 'win32' || uid === process.getuid?.();
    if (ours && (mode & 0o022) === 0) enableCompileCache(cache);
  } catch {
    // There is no such place: all works as well without.
  }
};

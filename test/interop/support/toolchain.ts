import { spawnSync } from 'node:child_process';

/**
 * Whether a command is installed. Where it is not, says so, and throws in CI: a check that did not
 * run must not look like one that agreed.
 */
export function requireTool(name: string): boolean {
  return spawnSync(name, ['--version']).status === 0 || notRun(`${name} is missing`);
}

/** False, after it was said why a check cannot run; throws in CI. */
export function notRun(why: string): false {
  const message = `not run: ${why}`;
  if (process.env['CI'] !== undefined) throw new Error(message);
  console.warn(message);
  return false;
}

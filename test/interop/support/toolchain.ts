import { spawnSync } from 'node:child_process';

/**
 * Whether a command is installed. Where it is not, says so, and throws in CI: a judge that did not
 * run must not look like one that agreed.
 */
export function requireTool(name: string): boolean {
  if (spawnSync(name, ['--version']).status === 0) return true;
  const message = `not run: ${name} is missing`;
  if (process.env['CI'] !== undefined) throw new Error(message);
  console.warn(message);
  return false;
}

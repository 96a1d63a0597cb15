import { PhoneKeyError } from '../../lib/errors.js';
import type { Host } from '../context.js';
import { askLine, readLine } from './ask.js';

export interface SecretSource {
  /** The noun: `code`. */
  readonly what: string;
  /** The error where it comes from nowhere. */
  readonly none: string;
  /** How it is given on stdin: `--code -`. */
  readonly option: string;
  /** In the environment. */
  readonly variable: string;
  readonly question: string;
  /** Does not show what is typed. */
  readonly hidden?: boolean;
}

/**
 * Other users of the machine see the arguments of a command, so a secret is never one: it comes from
 * stdin, from the environment, or a person types it.
 * @param given what stands after the option, if it was there
 * @throws PhoneKeyError `usage.invalid`, `interrupted`
 */
export const readSecret = async (
  host: Host,
  given: string | undefined,
  { what, none, option, variable, question, hidden = false }: SecretSource,
): Promise<string> => {
  if (given !== undefined && given !== '-') {
    throw new PhoneKeyError(
      'usage.invalid',
      `the ${what} may not be an argument: others could see it`,
      { hint: `Give it on stdin with ${option}, in ${variable}, or type it when asked.` },
    );
  }
  if (given === '-') return readLine(host);
  const found = host.env[variable];
  if (found !== undefined) return found;
  if (host.stdin.isTTY === true) return askLine(host, question, { hidden });
  throw new PhoneKeyError('usage.invalid', none, {
    hint: `Give it on stdin with ${option}, or in ${variable}.`,
  });
};

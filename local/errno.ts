import { errorMessage } from '../lib/errors.js';

/** Whether this is one of the operating system's errors of those names, such as `ENOENT`. */
export const isErrno = (error: unknown, ...codes: readonly string[]): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  codes.some((code) => error.code === code);

/** What an error says; of the operating system's without code and call: `no such file or directory`. */
export const plainMessage = (error: unknown): string =>
  errorMessage(error).replace(/^(?:Error: )?E[A-Z0-9]+: (.+), [a-z]+(?: '.*')?$/s, '$1');

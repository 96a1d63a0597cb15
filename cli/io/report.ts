import { errorMessage, PhoneKeyError } from '../../lib/errors.js';
import { isErrno } from '../../local/errno.js';
import { exitCodeOf } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import type { Output } from './output.js';

/**
 * Tells what went wrong on stderr: `error: ` and the message, `hint: ` and the hint; with `--json` the error
 * object as one more line. Nothing else that is written begins so. Gives the exit code that belongs to it.
 */
export const reportError = (error: unknown, output: Output, verbose: boolean): ExitCode => {
  const known = error instanceof PhoneKeyError ? error : unforeseen(error);
  const { paintTalk } = output;
  output.talk(`${paintTalk('red', 'error:')} ${known.message}\n`);
  output.talk(`${paintTalk('dim', 'hint:')} ${known.hint}\n`);
  if (verbose) {
    for (let cause = known.cause; cause !== undefined; cause = causeOf(cause)) {
      output.talk(`cause: ${stackOf(cause)}\n`);
    }
  }
  if (output.json) output.talk(`${JSON.stringify(known)}\n`);
  return exitCodeOf(known);
};

const FILE_SYSTEM = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EMFILE'] as const;

/** What the file system refuses is not a bug. */
const unforeseen = (error: unknown): PhoneKeyError =>
  FILE_SYSTEM.some((code) => isErrno(error, code))
    ? new PhoneKeyError('internal', errorMessage(error), {
        cause: error,
        hint: 'Check that the directory is yours and writable, and the disk not full.',
      })
    : new PhoneKeyError('internal', `unexpected failure: ${errorMessage(error)}`, { cause: error });

const causeOf = (error: unknown): unknown => (error instanceof Error ? error.cause : undefined);

/** Our own errors are known by their code; where the others came from is worth a look. */
const stackOf = (error: unknown): string =>
  error instanceof PhoneKeyError
    ? `${error.code}: ${error.message}`
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);

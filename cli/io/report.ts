import { errorMessage, PhoneKeyError } from '../../lib/errors.js';
import { fileFault } from '../../local/files/fault.js';
import { exitCodeOf } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import { hintFor } from './hints.js';
import type { Output } from './output.js';

/**
 * Tells what went wrong on stderr: `error: ` and the message, `hint: ` and the hint; with `--json` the error
 * object as one more line. Nothing else that is written begins so. Gives the exit code that belongs to it.
 */
export const reportError = (error: unknown, output: Output, verbose: boolean): ExitCode => {
  const known = error instanceof PhoneKeyError ? error : unforeseen(error);
  const { paintTalk } = output;
  output.talk(`${paintTalk('red', 'error:')} ${known.message}\n`);
  const hint = hintFor(known);
  output.talk(`${paintTalk('dim', 'hint:')} ${hint}\n`);
  if (verbose) {
    for (let cause = known.cause; cause !== undefined; cause = causeOf(cause)) {
      output.talk(`cause: ${stackOf(cause)}\n`);
    }
  }
  if (output.json) output.talk(`${JSON.stringify({ ...known.toJSON(), hint })}\n`);
  return exitCodeOf(known);
};

/** What the file system refuses is not a bug. */
const unforeseen = (error: unknown): PhoneKeyError => {
  const fault = fileFault(error);
  return fault === undefined
    ? new PhoneKeyError('internal', `unexpected failure: ${errorMessage(error)}`, { cause: error })
    : new PhoneKeyError('internal', fault.what, { cause: error, hint: fault.hint });
};

const causeOf = (error: unknown): unknown => (error instanceof Error ? error.cause : undefined);

/** Our own errors are known by their code; where the others came from is worth a look. */
const stackOf = (error: unknown): string =>
  error instanceof PhoneKeyError
    ? `${error.code}: ${error.message}`
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);

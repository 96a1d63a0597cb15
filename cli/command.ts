import type { AirUse, Context, GlobalOptions } from './context.js';
import type { ExitCode } from './exit-codes.js';

/** Ends with an exit code; with none, that of what was done. */
export type Work = Promise<ExitCode | void>;

/** Gives the work of a command its context, and takes care of its errors. */
export type Perform = <Use extends AirUse>(
  options: GlobalOptions,
  use: Use,
  work: (context: Context<Use>) => Work,
) => Promise<void>;

/**
 * Makes the action of a command, which loads its work and runs it with the global options that were given.
 * Its use of the air says which of them go with it, and what its context lets it open.
 */
export type Act = <Use extends AirUse, Args extends readonly unknown[]>(
  use: Use,
  load: () => Promise<(context: Context<Use>, ...args: Args) => Work>,
) => (...args: Args) => Promise<void>;

import type { TraceEvent } from '../lib/index.js';
import type { LogFields, Logger } from '../lib/platform/logger.js';
import { pathsFor } from './config/paths.js';
import type { Settings } from './config/settings.js';
import type { Paths } from './config/paths.js';
import type { Interrupt } from './io/interrupt.js';
import { Output } from './io/output.js';
import type { Sink } from './io/output.js';
import { silentLogger } from '../lib/platform/logger.js';
import type { ExitCode } from './exit-codes.js';
import type { GlobalOptions } from './global-options.js';

/** The process around the command, so that a test can be one. */
export interface Host {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined };
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: NodeJS.ProcessEnv;
  readonly interrupt: Interrupt;
  /** What the user has set for all commands (default: nothing). May throw PhoneKeyError. */
  readonly settings?: () => Settings;
}

/**
 * What a command does with the air: nothing, be on it with a radio (a car, a phone), keep it up, or watch
 * it.
 */
export type AirUse = 'nothing' | 'radio' | 'keep' | 'watch';

/** What a command is given besides its own arguments. A radio opens for those alone that said so. */
export interface Context<Use extends AirUse = AirUse> {
  readonly use: Use;
  readonly options: GlobalOptions;
  readonly host: Host;
  readonly output: Output;
  readonly paths: Paths;
  readonly log: Logger;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Whether it may open a radio. */
export const hasRadio = (context: Context): context is Context<'radio'> => context.use === 'radio';

export const createContext = <Use extends AirUse>(
  options: GlobalOptions,
  host: Host,
  use: Use,
): Context<Use> => {
  const output = new Output(host.stdout, host.stderr, host.env, options.json === true);
  return {
    use,
    options,
    host,
    output,
    paths: pathsFor(options, host.env),
    log: stderrLogger(output, options.verbose === true),
    signal: host.interrupt.signal,
  };
};

/** The library's log on stderr: warnings, and with `--verbose` all of it. */
const stderrLogger = (output: Output, verbose: boolean): Logger => {
  const write =
    (level: string) =>
    (message: string, fields: LogFields = {}): void => {
      const rest = Object.entries(fields)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => ` ${name}=${String(value)}`);
      output.talk(`${output.paintTalk('dim', `${level}: ${message}${rest.join('')}`)}\n`);
    };
  const warn = write('warn');
  return verbose ? { debug: write('debug'), info: write('info'), warn } : { ...silentLogger, warn };
};

/** With `--verbose` the messages of a link are logged. */
export const traceOf = ({ options, log }: Context) =>
  options.verbose === true && {
    trace: ({ direction, kind, fields, bytes }: TraceEvent): void =>
      log.debug(`${direction} ${kind}`, { fields, bytes }),
  };

/** Ends with an exit code; with none, that of what was done. */
type Work = Promise<ExitCode | void>;

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

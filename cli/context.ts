import type { Position } from '../air/index.js';
import type { Logger } from '../lib/platform/logger.js';
import { pathsFor } from './config/paths.js';
import type { Paths } from './config/paths.js';
import type { Interrupt } from './io/interrupt.js';
import { stderrLogger } from './io/log.js';
import { Output } from './io/output.js';
import type { Sink } from './io/output.js';

export const RADIOS = ['auto', 'ble', 'virtual'] as const;

export type RadioChoice = (typeof RADIOS)[number];

/** The options that every command has. */
export interface GlobalOptions {
  readonly radio: RadioChoice;
  /** Name of the paired car. */
  readonly car?: string | undefined;
  /** In seconds. */
  readonly timeout: number;
  readonly json?: true | undefined;
  readonly home?: string | undefined;
  readonly air?: string | undefined;
  readonly at?: Position | undefined;
  /** File for the HCI traffic of this program's controller. */
  readonly capture?: string | undefined;
  /** Key log: written by cars and phones, read by `air watch`. */
  readonly sessionKeys?: string | undefined;
  /** Lets `capture` replace a file. */
  readonly force?: true | undefined;
  readonly verbose?: true | undefined;
}

/** The process around the command, so that a test can be one. */
export interface Host {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined };
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: NodeJS.ProcessEnv;
  readonly interrupt: Interrupt;
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

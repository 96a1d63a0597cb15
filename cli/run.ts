import { CommanderError } from 'commander';
import { PhoneKeyError } from '../lib/errors.js';
import { createContext } from './context.js';
import type { GlobalOptions, Host } from './context.js';
import { EXIT } from './exit-codes.js';
import type { ExitCode } from './exit-codes.js';
import { Interrupt } from './io/interrupt.js';
import { Output } from './io/output.js';
import { reportError } from './io/report.js';
import { buildProgram } from './program.js';
import type { Work } from './program.js';

/** Runs one command line and gives its exit code. Never rejects. */
export const run = async (argv: readonly string[], host: Host): Promise<ExitCode> => {
  let exitCode: ExitCode = EXIT.ok;
  const perform = async (options: GlobalOptions, work: Work): Promise<void> => {
    const context = createContext(options, host);
    try {
      exitCode = await work(context);
    } catch (error) {
      exitCode = reportError(error, context.output, options.verbose === true);
    }
  };
  try {
    await buildProgram(host, perform).parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.ok;
    // Help that was not asked for has been written already.
    if (error.code === 'commander.help') return EXIT.usage;
    const json = argv.includes('--json') || host.env['KEY_JSON'] !== undefined;
    return reportError(
      usageError(error),
      new Output(host.stdout, host.stderr, host.env, json),
      false,
    );
  }
};

const usageError = ({ message }: CommanderError): PhoneKeyError => {
  const [first = '', ...rest] = message.replace(/^error: /, '').split('\n');
  const hint = rest.join(' ').replace(/^\(|\)$/g, '');
  return new PhoneKeyError('usage.invalid', first, hint === '' ? {} : { hint });
};

/** The command as a process: signals, closed pipes, exit code. */
export const runProcess = async (): Promise<void> => {
  const interrupt = new Interrupt();
  interrupt.listen();
  for (const stream of [process.stdout, process.stderr]) {
    // Whoever read has gone (`key scan | head -1`): there is nobody left to work for.
    stream.on('error', () => {
      interrupt.abort();
    });
  }
  const env = withoutEmpty(process.env);
  const { stdin, stdout, stderr } = process;
  const exitCode = await run(process.argv.slice(2), { stdin, stdout, stderr, env, interrupt });
  // Pipes are written to in the background on some systems.
  for (const stream of [stdout, stderr]) {
    if (stream.writable) await new Promise((resolve) => stream.write('', resolve));
  }
  process.exit(exitCode);
};

/** An empty variable counts as not set, and so do the ways to say no to a switch. */
const withoutEmpty = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  for (const name of Object.keys(env).filter((each) => each.startsWith('KEY_'))) {
    if (env[name] === '') Reflect.deleteProperty(env, name);
  }
  if (/^(0|false|no)$/i.test(env['KEY_JSON'] ?? '')) Reflect.deleteProperty(env, 'KEY_JSON');
  return env;
};

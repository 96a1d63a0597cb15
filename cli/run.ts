import { PhoneKeyError } from '../lib/errors.js';
import type { Host, Perform } from './context.js';
import { isErrno } from '../local/errno.js';
import { createContext } from './context.js';
import { readSettings, settingsPath } from './config/settings.js';
import type { Settings } from './config/settings.js';
import { EXIT } from './exit-codes.js';
import type { ExitCode } from './exit-codes.js';
import { shortHelp } from './help.js';
import { Interrupt } from './io/interrupt.js';
import { Output } from './io/output.js';
import { reportError } from './io/report.js';
import { buildProgram, UsageError } from './program.js';

/** Runs one command line and gives its exit code. Never rejects. */
export const run = async (argv: readonly string[], host: Host): Promise<ExitCode> => {
  let exitCode: ExitCode = EXIT.ok;
  let settings: Settings = {};
  let unusable: Error | undefined;
  try {
    settings = host.settings?.() ?? {};
  } catch (error) {
    unusable = error as Error; // help needs none
  }
  const perform: Perform = async (options, use, work) => {
    const context = createContext(options, host, use);
    try {
      if (unusable !== undefined) throw unusable;
      exitCode = (await work(context)) ?? EXIT.ok;
    } catch (error) {
      exitCode = reportError(error, context.output, options.verbose === true);
    }
  };
  try {
    const program = buildProgram(host, perform, argv, settings);
    if (argv.length === 0) host.stdout.write(shortHelp(program));
    else await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    if (error.exitCode === 0) return EXIT.ok;
    const json =
      argv.includes('--json') || host.env['KEY_JSON'] !== undefined || settings.json === true;
    // Help that was not asked for has been written already.
    if (error.code === 'commander.help' && !json) return EXIT.usage;
    return reportError(
      usageError(error),
      new Output(host.stdout, host.stderr, host.env, json),
      false,
    );
  }
};

const usageError = ({ code, message, command }: UsageError): PhoneKeyError => {
  const [line = '', ...rest] = message.replace(/^error: /, '').split('\n');
  // What is needed instead is a hint: commander says it in the same line.
  const [first = '', needed] = line.split(/(?<= is invalid)\. /);
  const suggestion = needed ?? rest.join(' ').replace(/^\(|\)$/g, '');
  const help = `See the help of the command: key help${command === '' ? '' : ` ${command}`}.`;
  return new PhoneKeyError(
    'usage.invalid',
    code === 'commander.help' ? 'a command is missing' : first,
    { hint: suggestion === '' ? help : suggestion },
  );
};

/** The command as a process: signals, closed pipes, exit code. */
export const runProcess = async (): Promise<void> => {
  const interrupt = new Interrupt();
  interrupt.listen();
  let unwritten: Error | undefined;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: Error) => {
      // Whoever read has gone (`key scan | head -1`): there is nobody left to work for.
      interrupt.abort();
      if (stream === process.stdout && !isErrno(error, 'EPIPE')) unwritten = error;
    });
  }
  const textAfterAll = NO.test(process.env['KEY_JSON'] ?? '');
  const settings = (): Settings => ({
    ...readSettings(settingsPath()),
    ...(textAfterAll && { json: false }),
  });
  const env = withoutEmpty(process.env);
  const { stdin, stdout, stderr } = process;
  const host = { stdin, stdout, stderr, env, interrupt, settings };
  const exitCode = await run(process.argv.slice(2), host);
  // Pipes are written to in the background on some systems.
  for (const stream of [stdout, stderr]) {
    if (stream.writable) await new Promise((resolve) => stream.write('', resolve));
  }
  await new Promise(setImmediate); // until an error of the last write has been told
  if (exitCode === EXIT.ok && unwritten !== undefined) {
    stderr.write(`error: done, but the result cannot be written: ${unwritten.message}\n`);
    process.exit(EXIT.internal);
  }
  process.exit(exitCode);
};

const NO = /^(0|false|no|off)$/i;

/** An empty variable counts as not set, and so do the ways to say no to a switch. */
const withoutEmpty = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  for (const name of Object.keys(env).filter((each) => each.startsWith('KEY_'))) {
    if (env[name] === '') Reflect.deleteProperty(env, name);
  }
  if (NO.test(env['KEY_JSON'] ?? '')) Reflect.deleteProperty(env, 'KEY_JSON');
  return env;
};

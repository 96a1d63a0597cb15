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
  const { settings, unusable } = settingsOf(host);
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
    const json = wantsJson(argv, host, settings);
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
  const { argv, stdin, stdout, stderr } = process;
  const interrupt = new Interrupt();
  interrupt.listen();
  const textAfterAll = NO.test(process.env['KEY_JSON'] ?? '');
  const settings = (): Settings => ({
    ...readSettings(settingsPath()),
    ...(textAfterAll && { json: false }),
  });
  const host = { stdin, stdout, stderr, env: withoutEmpty(process.env), interrupt, settings };
  process.exit(await runOn(argv.slice(2), host));
};

type Written = Host & Readonly<Record<'stdout' | 'stderr', NodeJS.WritableStream>>;

/** As `run`, on streams that may turn out not to be writable. */
export const runOn = async (argv: readonly string[], host: Written): Promise<ExitCode> => {
  const { stdout, stderr, env, interrupt } = host;
  let unwritten: Error | undefined;
  stdout.on('error', (error: Error) => {
    unwritten ??= error;
    interrupt.unread();
  });
  // Talk is worth nothing when nobody hears it, and the work goes on.
  stderr.on('error', () => undefined);
  const exitCode = await run(argv, host);
  // Pipes are written to in the background on some systems.
  for (const stream of [stdout, stderr]) {
    if (stream.writable) await new Promise((resolve) => stream.write('', resolve));
  }
  await new Promise(setImmediate); // until an error of the last write has been told
  // Who has read enough of what goes on (`key air watch | head -1`) is content.
  const enough = interrupt.tells && isErrno(unwritten, 'EPIPE');
  if (exitCode !== EXIT.ok || unwritten === undefined || enough) return exitCode;
  const error = notWritten(unwritten, interrupt);
  const json = wantsJson(argv, host, settingsOf(host).settings);
  return reportError(error, new Output(stdout, stderr, env, json), false);
};

/** Those of the file; help works without them, too. */
const settingsOf = (host: Host): { readonly settings: Settings; readonly unusable?: Error } => {
  try {
    return { settings: host.settings?.() ?? {} };
  } catch (error) {
    return { settings: {}, unusable: error as Error };
  }
};

const wantsJson = (argv: readonly string[], { env }: Host, settings: Settings): boolean =>
  argv.includes('--json') || env['KEY_JSON'] !== undefined || settings.json === true;

const notWritten = (cause: Error, { tells }: Interrupt): PhoneKeyError =>
  tells
    ? new PhoneKeyError('internal', `the results cannot be written: ${cause.message}`, {
        cause,
        hint: 'Check where stdout goes, and that the disk is not full.',
      })
    : new PhoneKeyError('internal', `done, but the result cannot be written: ${cause.message}`, {
        cause,
        mayHaveSucceeded: true,
        hint: 'Check where stdout goes, and that the disk is not full. What was asked for is done: do not ask again.',
      });

const NO = /^(0|false|no|off)$/i;

/** An empty variable counts as not set, and so do the ways to say no to a switch. */
const withoutEmpty = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  for (const name of Object.keys(env).filter((each) => each.startsWith('KEY_'))) {
    if (env[name] === '') Reflect.deleteProperty(env, name);
  }
  if (NO.test(env['KEY_JSON'] ?? '')) Reflect.deleteProperty(env, 'KEY_JSON');
  return env;
};

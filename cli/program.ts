import { readFileSync } from 'node:fs';
import { Command, CommanderError } from '@commander-js/extra-typings';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { lackingCryptography } from './config/cryptography.js';
import type { Act, AirUse, Host, Perform } from './context.js';
import { addAirCommands } from './commands/air.js';
import { addCarCommands } from './commands/car.js';
import { addCloudCommands } from './commands/cloud.js';
import { addCompletionCommands } from './commands/completion.js';
import { addFobCommands } from './commands/fob.js';
import { addPhoneCommands } from './commands/phone.js';
import { addSharingCommands } from './commands/sharing.js';
import { addToolCommands } from './commands/tools.js';
import type { Settings } from './config/settings.js';
import { givenBehind, isHeeded, withGlobalOptions } from './global-options.js';
import { addHelpCommand, configureHelp, pathOf } from './help.js';

/** Wrong usage, and of which command: `car tap`; empty for the program itself. */
export class UsageError extends CommanderError {
  readonly command: string;

  constructor({ exitCode, code, message }: CommanderError, command: string) {
    super(exitCode, code, message);
    this.command = command;
  }
}

/** What a command does with the air, for which these global options are of use. */
const GOES_WITH: readonly (readonly ['capture' | 'sessionKeys', string, readonly AirUse[]])[] = [
  ['capture', '--capture', ['radio', 'keep']],
  ['sessionKeys', '--session-keys', ['radio', 'watch']],
];

const doesNothing = (flag: string, command: CommandUnknownOpts): never =>
  command.error(`error: ${flag} does nothing for key ${pathOf(command)}\n(Leave it out.)`);

/** The command line `key`. Throws UsageError instead of ending the process. */
export const buildProgram = (
  host: Host,
  perform: Perform,
  argv: readonly string[] = [],
  settings: Settings = {},
) => {
  const program = withGlobalOptions(
    new Command('key')
      .description('A phone that is a car key, over Bluetooth LE, offline')
      .version(version()),
  )
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      outputError: () => undefined, // reportError says it
    });
  configureHelp(program);
  for (const [option, value] of Object.entries(settings)) {
    if (value !== false)
      program.setOptionValueWithSource(option as keyof Settings, value, 'config');
  }
  let running: CommandUnknownOpts = program;
  program.hook('preAction', (_, command) => {
    running = command;
    // Before the command it may stand for many of them, as in a script; behind it, it was meant for this one.
    for (const option of givenBehind(program.options, argv)) {
      if (isHeeded(pathOf(command), option.attributeName())) continue;
      doesNothing(String(option.long), command);
    }
  });
  const check = (use: AirUse): void => {
    for (const [option, flag, uses] of GOES_WITH) {
      // In the environment it is for whoever can use it.
      const given = program.getOptionValueSource(option) === 'cli';
      if (given && !uses.includes(use)) {
        doesNothing(flag, running);
      }
    }
    const { capture, force } = program.opts();
    if (force === true && (capture ?? running.opts()['out']) === undefined)
      running.error('error: --force goes with --capture or --out');
  };
  const act: Act =
    (use, load) =>
    async (...args) => {
      check(use);
      await perform(program.opts(), use, async (context) => {
        const work = await load();
        const lacking = lackingCryptography();
        if (lacking !== undefined) context.output.say(lacking);
        return work(context, ...args);
      });
    };
  program.commandsGroup('The phone:');
  addPhoneCommands(program, act);
  program.commandsGroup('Sharing the key:');
  addSharingCommands(program, act);
  program.commandsGroup('The key fob:');
  addFobCommands(program, act);
  program.commandsGroup('The car:');
  addCarCommands(program, act);
  program.commandsGroup('The cloud:');
  addCloudCommands(program, act);
  program.commandsGroup('The virtual air:');
  addAirCommands(program, act);
  program.commandsGroup('Tools:');
  addToolCommands(program, act);
  addCompletionCommands(program, host);
  addHelpCommand(program, () => check('nothing'));
  nameCommandInErrors(program, []);
  return program;
};

const nameCommandInErrors = (command: CommandUnknownOpts, path: readonly string[]): void => {
  command.exitOverride((error) => {
    throw new UsageError(error, path.join(' '));
  });
  for (const each of command.commands) nameCommandInErrors(each, [...path, each.name()]);
};

/** Of the package: two folders up when built, one in the source tree. */
const version = (): string => {
  for (const path of ['../../package.json', '../package.json']) {
    try {
      const text = readFileSync(new URL(path, import.meta.url), 'utf8');
      const { name, version } = JSON.parse(text) as { name?: string; version?: string };
      if (name === 'phonekey' && version !== undefined) return version;
    } catch {
      // Not there.
    }
  }
  return 'unknown';
};

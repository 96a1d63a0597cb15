import { readFileSync } from 'node:fs';
import { Command, CommanderError } from '@commander-js/extra-typings';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { lackingCryptography } from './config/cryptography.js';
import type { Act, AirUse, Host, Perform } from './context.js';
import { addAirCommands } from './commands/air.js';
import { addCarCommands } from './commands/car.js';
import { addPhoneCommands } from './commands/phone.js';
import { addSharingCommands } from './commands/sharing.js';
import { addToolCommands } from './commands/tools.js';
import { EXIT_CODES } from './exit-codes.js';
import { withGlobalOptions } from './global-options.js';

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

const EXAMPLES = `Examples:
  $ key demo                               the whole thing in one terminal
  $ key car start                          a car, in a terminal of its own
  $ key car tap console --pair             its key card opens a pairing window
  $ key car screen                         its screen shows the code
  $ key pair                               this phone becomes a key
  $ key unlock && key start && key lock
  $ key share --to phonekey:key/... --until +3d   a guest's key, without any server
  $ key scan --json | jq .rssi
  $ key doctor                             which radio works here, and why not
`;

/** The command line `key`. Throws UsageError instead of ending the process. */
export const buildProgram = (host: Host, perform: Perform) => {
  const program = withGlobalOptions(
    new Command('key')
      .description('A phone that is a car key, over Bluetooth LE, offline')
      .version(version()),
  )
    .addHelpText('before', EXAMPLES)
    .addHelpText('after', `\nExit codes:\n${exitCodes()}\nOn stdout are results only.`)
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      outputError: () => undefined, // reportError says it
    })
    .configureHelp({ showGlobalOptions: true });
  let running: CommandUnknownOpts = program;
  program.hook('preAction', (_, command) => {
    running = command;
  });
  const check = (use: AirUse): void => {
    for (const [option, flag, uses] of GOES_WITH) {
      // In the environment it is for whoever can use it.
      const given = program.getOptionValueSource(option) === 'cli';
      if (given && !uses.includes(use)) {
        running.error(`error: ${flag} goes with commands that use the radio`);
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
  program.commandsGroup('The car:');
  addCarCommands(program, act);
  program.commandsGroup('The virtual air:');
  addAirCommands(program, act);
  program.commandsGroup('Tools:');
  addToolCommands(program, act);
  addHelpCommand(program, () => check('nothing'));
  nameCommandInErrors(program, []);
  return program;
};

/** Of any depth, `key help car tap`, and not without a word for a command that does not exist. */
const addHelpCommand = (program: CommandUnknownOpts, check: () => void): void => {
  program
    .helpCommand(false)
    .command('help')
    .description('help, also on one command')
    .argument('[command...]', 'which one')
    .action((names: string[]) => {
      check();
      let command = program;
      for (const name of names) {
        const found = command.commands.find((each) => each.name() === name);
        if (found === undefined) program.error(`unknown command '${names.join(' ')}'`);
        command = found;
      }
      command.outputHelp();
    });
};

const nameCommandInErrors = (command: CommandUnknownOpts, path: readonly string[]): void => {
  command.exitOverride((error) => {
    throw new UsageError(error, path.join(' '));
  });
  for (const each of command.commands) nameCommandInErrors(each, [...path, each.name()]);
};

const exitCodes = (): string =>
  EXIT_CODES.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}\n`).join('');

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

import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { EXIT_CODES } from './exit-codes.js';
import { isHeeded } from './global-options.js';

const EXAMPLES = `Examples:
  $ key demo                               the whole thing in one terminal
  $ key car start                          a car, in a terminal of its own
  $ key car tap console --pair             its key card opens a pairing window
  $ key car screen                         its screen shows the code
  $ key pair                               this phone becomes a key
  $ key unlock && key start && key lock
  $ key share --to phonekey:key/... --until +3d   a guest's key, without any server
  $ key scan --json | jq .rssi
  $ key doctor                             which radio works here, and why not`;

const exitCodes = (): string =>
  EXIT_CODES.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join('\n');

/** Usage first, then examples; of the global options those that do something. */
export const configureHelp = (program: CommandUnknownOpts): void => {
  program
    .addHelpText('after', `\n${EXAMPLES}`)
    .addHelpText('after', `\nExit codes:\n${exitCodes()}\n\nOn stdout are results only.`)
    .configureHelp({
      showGlobalOptions: true,
      visibleGlobalOptions: (command) =>
        ancestors(command).flatMap(({ options, parent }) =>
          options.filter(
            (option) =>
              !option.hidden &&
              (parent !== null || isHeeded(pathOf(command), option.attributeName())),
          ),
        ),
    });
};

/** What `key` alone says. */
export const shortHelp = (program: CommandUnknownOpts): string =>
  [
    `Usage: ${program.name()} ${program.usage()}`,
    program.description(),
    EXAMPLES,
    'key help lists all commands and options, and key help COMMAND explains one.\n',
  ].join('\n\n');

/** Of any depth, `key help car tap`, and not without a word for a command that does not exist. */
export const addHelpCommand = (program: CommandUnknownOpts, check: () => void): void => {
  program
    .helpCommand(false)
    .command('help')
    .description('show help, also for one command')
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

const ancestors = ({ parent }: CommandUnknownOpts): CommandUnknownOpts[] =>
  parent === null ? [] : [parent, ...ancestors(parent)];

/** `car tap`; empty for the program itself. */
export const pathOf = (command: CommandUnknownOpts): string =>
  [command, ...ancestors(command)]
    .map((each) => each.name())
    .slice(0, -1)
    .reverse()
    .join(' ');

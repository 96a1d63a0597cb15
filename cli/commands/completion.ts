import { Argument } from '@commander-js/extra-typings';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { SCRIPTS, SHELLS } from '../completion/scripts.js';
import type { Host } from '../context.js';
import { examplesOf } from './adder.js';

const EXAMPLES = `Examples:
  $ source <(key completion bash)          in ~/.bashrc; for zsh in ~/.zshrc, behind compinit
  $ key completion fish > ~/.config/fish/completions/key.fish

It completes commands, options and their values, and the names of cars and of what is on the virtual
air. For that it opens no key and no radio.
`;

/** A command that prints scripts for shells, and a hidden one that they run. */
export const addCompletionCommands = (program: CommandUnknownOpts, host: Host): void => {
  program
    .command('completion')
    .description('print the script that completes key in a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText('after', examplesOf(EXAMPLES))
    .action((shell) => {
      host.stdout.write(SCRIPTS[shell]);
    });
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action(async (words) => {
      const { complete } = await import('../completion/complete.js');
      await complete(program, words, host);
    });
};

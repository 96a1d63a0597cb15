import type { Command } from '@commander-js/extra-typings';
import type { Act } from '../command.js';

export const addToolCommands = (program: Pick<Command, 'command'>, act: Act): void => {
  program
    .command('demo')
    .description('a car and a phone in one terminal: pair, lose the cloud, unlock, start, lock')
    .action(act('radio', async (context) => (await import('../demo/run.js')).demo(context)));
  program
    .command('doctor')
    .description('check which radio works here, why not, and what to do')
    .action(act('nothing', async (context) => (await import('../doctor/run.js')).doctor(context)));
};

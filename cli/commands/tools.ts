import type { Command } from '@commander-js/extra-typings';
import type { Act } from '../context.js';

export const addToolCommands = (program: Pick<Command, 'command'>, act: Act): void => {
  program
    .command('demo')
    .description('a car and a phone in one terminal: pair, lose the cloud, unlock, start, lock')
    .action(
      act('radio', async () => {
        const { demo } = await import('../demo/run.js');
        return (context) => demo(context);
      }),
    );
  program
    .command('doctor')
    .description('check which radio works here, why not, and what to do')
    .action(
      act('nothing', async () => {
        const { doctor } = await import('../doctor/checks.js');
        return (context) => doctor(context);
      }),
    );
};

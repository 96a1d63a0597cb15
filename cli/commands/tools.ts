import { Option } from '@commander-js/extra-typings';
import type { Act } from '../context.js';
import { adder } from './adder.js';
import type { Parent } from './adder.js';

export const addToolCommands = (program: Parent, act: Act): void => {
  const add = adder(program);
  add(
    'demo',
    'play a car and a phone in one terminal: pair, lose the cloud, unlock, start, lock',
  )
    .addOption(
      new Option(
        '--story <story>',
        'outage: who gets in before, during and after an outage of the cloud, by phone, card, fob and app (wants the package of the cloud)',
      ).choices(['outage'] as const),
    )
    .action(
      act('radio', async () => async (context, { story }) => {
        if (story === undefined) return (await import('../demo/run.js')).demo(context);
        return (await import('../demo/outage/run.js')).outageStory(context);
      }),
    );
  add('doctor', 'check which radios work here, and say what to do about those that do not').action(
    act('nothing', async () => {
      const { doctor } = await import('../doctor/checks.js');
      return (context) => doctor(context);
    }),
  );
};

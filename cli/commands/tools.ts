import type { Act } from '../context.js';
import { adder } from './adder.js';
import type { Parent } from './adder.js';

export const addToolCommands = (program: Parent, act: Act): void => {
  const add = adder(program);
  add(
    'demo',
    'a car and a phone in one terminal: pair, lose the cloud, unlock, start, lock',
  ).action(
    act('radio', async () => {
      const { demo } = await import('../demo/run.js');
      return (context) => demo(context);
    }),
  );
  add('doctor', 'check which radio works here, why not, and what to do').action(
    act('nothing', async () => {
      const { doctor } = await import('../doctor/checks.js');
      return (context) => doctor(context);
    }),
  );
};

import type { Act } from '../context.js';
import { adder } from './adder.js';
import type { Parent } from './adder.js';

export const addToolCommands = (program: Parent, act: Act): void => {
  const add = adder(program);
  add(
    'demo',
    'play a car and a phone in one terminal: pair, lose the cloud, unlock, start, lock',
  ).action(
    act('radio', async () => {
      const { demo } = await import('../demo/run.js');
      return (context) => demo(context);
    }),
  );
  add('doctor', 'check which radios work here, and say what to do about those that do not').action(
    act('nothing', async () => {
      const { doctor } = await import('../doctor/checks.js');
      return (context) => doctor(context);
    }),
  );
};

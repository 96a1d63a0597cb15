import { Argument, Option } from '@commander-js/extra-typings';
import type { Act } from '../context.js';
import { ROLES } from '../../lib/domain/roles.js';
import { parseCount, parseFob, parseName } from '../config/parse.js';
import { BUTTONS, DEFAULT_FOB } from '../fob/buttons.js';
import { adder, examplesOf } from './adder.js';
import type { Parent } from './adder.js';

const EXAMPLES = `Examples:
  $ key fob pair                           lies on the console, with a card: a key of the car
  $ key fob press unlock
  $ key fob start --at 40,0                a fob in a pocket far away, until Ctrl-C
  $ key fob battery --drain 95             runs the cell down
  $ key keys list                          the owner sees it there, as a fob
`;

/** The commands of a key fob. */
export const addFobCommands = (program: Parent, act: Act): void => {
  const fob = adder(program)('fob', 'use a key fob: a second key, with buttons and a coin cell')
    .option('--name <name>', 'which fob, where there are several', parseFob, DEFAULT_FOB)
    .addHelpText('after', examplesOf(EXAMPLES));
  const add = adder(fob);
  const name = (): string => fob.opts().name;

  add(
    'pair',
    'lay it on the console of a car, with a card that makes it a key (--car: of this one)',
  )
    .option('--card <name>', 'which key card (default: the first)', parseName)
    .addOption(
      new Option(
        '--role <role>',
        'what the fob may do (default: driver; the first key owns the car)',
      ).choices(ROLES),
    )
    .action(
      act('radio', async () => {
        const { pairFob } = await import('../fob/act.js');
        return (context, options) => pairFob({ context, name: name() }, options);
      }),
    );
  add(
    'start',
    'carry it until Ctrl-C (then exit code 0); what it does, one a line, on stdout',
  ).action(
    act('radio', async () => {
      const { startFob } = await import('../fob/start.js');
      return (context) => startFob({ context, name: name() });
    }),
  );
  add('press', 'press a button, of the fob that runs or for a moment of its own')
    .addArgument(
      new Argument('<button>', 'which one; start: hold it, to authorise driving').choices(BUTTONS),
    )
    .action(
      act('radio', async () => {
        const { press } = await import('../fob/act.js');
        return (context, button) => press({ context, name: name() }, button);
      }),
    );
  add('battery', 'show what is left of its coin cell')
    .option('--drain <percent>', 'draw so much of it first', parseCount(100, 1))
    .option('--replace', 'put a new one in first')
    .action(
      act('nothing', async () => {
        const { battery } = await import('../fob/act.js');
        return (context, options) => battery({ context, name: name() }, options);
      }),
    );
  add('list', 'list the fobs of this home').action(
    act('nothing', async () => (await import('../fob/list.js')).listFobs),
  );
};

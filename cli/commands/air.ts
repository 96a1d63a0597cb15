import { Option } from '@commander-js/extra-typings';
import type { Act } from '../context.js';
import { adder } from './adder.js';
import type { Parent } from './adder.js';
import { PACES } from '../../air/hub/settings.js';
import {
  parseEndpoint,
  parseFile,
  parseLinks,
  parsePosition,
  parseSeed,
  parseCapture,
  parseSpeed,
  parseWho,
} from '../config/parse.js';

const EXAMPLES = `Examples:
  $ key air start                          keeps the air of this home up, until Ctrl-C
  $ key air start --h4 6402                and lets other Bluetooth stacks onto it
  $ key air start --pty /tmp/ttyBLE        also those that want a serial port
  $ key air watch                          tells what happens on it
  $ key air watch --values --only lock     what passes between lock and others, in hex
  $ key air watch --read FILE              or what a capture holds
  $ key air start --capture air.btsnoop    and writes down what passes on it
  $ key air list                           what is on it, and where
  $ key air move phone --to 1,0 --speed 1.4
`;

/** The commands of the virtual air itself. */
export const addAirCommands = (program: Parent, act: Act): void => {
  const air = adder(program)(
    'air',
    'keep the virtual air up, look at it, move what is on it',
    EXAMPLES,
  );
  const add = adder(air);

  add('start', 'keep the air up until Ctrl-C (then exit code 0); its events, one a line, on stdout')
    .option(
      '--h4 <where>',
      'serve HCI over H4, each connection a controller: PORT (0: any), ADDRESS:PORT or unix:PATH',
      parseEndpoint,
    )
    .option(
      '--expose',
      'let others than you on this machine in by --h4, whoever they are: HCI knows no authentication',
    )
    .option(
      '--pty <path>',
      'serve HCI over H4 on a pseudo-terminal: the path becomes a link to it (needs python3)',
      parseFile,
    )
    .option(
      '--links <count>',
      'links that a host of --h4 or --pty has as a peripheral, at one time (default: 8)',
      parseLinks,
    )
    .option(
      '--seed <seed>',
      'let all that is random on it follow from this seed (default: a new one)',
      parseSeed,
    )
    .addOption(
      new Option(
        '--pace <pace>',
        'instant: packets take no time (default); real: as long as on a real radio',
      ).choices(PACES),
    )
    .option('--faults <faults>', 'let things go wrong on purpose: loss=0.1,mtu=23 (see the guide)')
    .action(act('keep', async () => (await import('../air/start.js')).startAir));

  add('list', 'list what is on the air: places, radios, links')
    .option('--watch', 'go on to tell what changes, until Ctrl-C (then exit code 0)')
    .action(act('nothing', async () => (await import('../air/list.js')).listAir));

  add('move', 'move something on the air, also something that is not there yet')
    .argument('<name>', 'name or address, as in key air list', parseWho)
    .requiredOption('--to <x,y>', 'where to, in metres', parsePosition)
    .option('--speed <m/s>', 'walk there in a straight line (default: at once)', parseSpeed)
    .option('--wait', 'wait until it is there')
    .action(act('nothing', async () => (await import('../air/move.js')).moveOnAir));

  add(
    'watch',
    'tell what happens on the air, down to our own messages, until Ctrl-C (then exit code 0)',
  )
    .option(
      '--read <file>',
      'tell what this capture holds (- for stdin), instead of the air',
      parseCapture,
    )
    .option('--hci', 'tell every packet between a host and its controller')
    .addOption(
      new Option(
        '--values',
        'tell also the values that are written, read and notified, in hex',
      ).conflicts('hci'),
    )
    .option(
      '--only <name>',
      'tell only what concerns this name, address or advertised name',
      parseWho,
    )
    .action(
      act('watch', async () => {
        const { showAir } = await import('../air/watch.js');
        return (context, options) => showAir(context, options);
      }),
    );
};

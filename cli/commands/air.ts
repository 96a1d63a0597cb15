import { Option } from '@commander-js/extra-typings';
import type { Command } from '@commander-js/extra-typings';
import { parseEndpoint, parseFile } from '../config/parse.js';
import type { Act } from '../program.js';

const EXAMPLES = `Examples:
  $ key air start                          keeps the air of this home up, until Ctrl-C
  $ key air start --h4 127.0.0.1:6402      and lets other Bluetooth stacks onto it
  $ key air start --pty /tmp/ttyBLE        also those that want a serial port
`;

/** The commands of the virtual air itself. */
export const addAirCommands = (program: Pick<Command, 'command'>, act: Act): void => {
  const air = program
    .command('air')
    .description('the virtual air, for Bluetooth stacks other than ours')
    .addHelpText('before', EXAMPLES);

  air
    .command('start')
    .description(
      'keep the air up until Ctrl-C (then exit code 0); its events, one a line, on stdout',
    )
    .addOption(
      new Option(
        '--h4 <address:port>',
        'serve HCI over H4/TCP: each connection is a controller (loopback only; port 0: any)',
      ).argParser(parseEndpoint),
    )
    .addOption(
      new Option(
        '--pty <path>',
        'serve HCI over H4 on a pseudo-terminal: the path becomes a link to it (needs python3)',
      ).argParser(parseFile),
    )
    .action((options) =>
      act(async (context) => (await import('../air/start.js')).startAir(context, options)),
    );
};

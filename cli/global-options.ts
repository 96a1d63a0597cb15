import { Option } from '@commander-js/extra-typings';
import type { Command } from '@commander-js/extra-typings';
import { parseDirectory, parseFile, parsePosition, parseSeconds } from './config/parse.js';

/** The options that every command has. */
export type GlobalOptions = ReturnType<ReturnType<typeof withGlobalOptions>['opts']>;

export const withGlobalOptions = (program: Command) =>
  program
    .addOption(
      new Option('--radio <radio>', 'a real adapter, the virtual air, or what is there')
        .choices(['auto', 'ble', 'virtual'] as const)
        .default('auto' as const)
        .env('KEY_RADIO'),
    )
    .addOption(new Option('--car <name>', 'which of the paired cars').env('KEY_CAR'))
    .addOption(
      option(
        'KEY_TIMEOUT',
        '--timeout <seconds>',
        'for the whole of a command',
        parseSeconds,
      ).default(15),
    )
    .addOption(new Option('--json', 'results as JSON, one object a line').env('KEY_JSON'))
    .addOption(
      option('KEY_HOME', '--home <dir>', 'keeps keys, cars and air in here', parseDirectory),
    )
    .addOption(option('KEY_AIR', '--air <dir>', 'joins the virtual air in here', parseDirectory))
    .addOption(
      option(
        'KEY_AT',
        '--at <x,y>',
        'place on the virtual air, in metres (default: where it was moved; car 0,0, phone 1,0)',
        parsePosition,
      ),
    )
    .option(
      '--capture <file>',
      'writes what goes over the virtual air to a btsnoop file',
      parseFile,
    )
    .option('--force', 'lets --capture and --out replace a file')
    .addOption(
      option(
        'KEY_SESSION_KEYS',
        '--session-keys <file>',
        'adds the keys of each session on the virtual air to a file, for key air watch',
        parseFile,
      ),
    )
    .option('-v, --verbose', 'says on stderr what is done');

/** One that may stand in the environment instead. */
const option = <Flags extends string, T>(
  variable: string,
  flags: Flags,
  summary: string,
  parse: (text: string) => T,
) => new Option(flags, summary).argParser(parse).env(variable);

import { Option } from '@commander-js/extra-typings';
import type { Command, CommandUnknownOpts } from '@commander-js/extra-typings';
import { CLOUD_URL } from './cloud/url.js';
import {
  parseCloudUrl,
  parseDirectory,
  parseFile,
  parsePaired,
  parsePosition,
  parseSeconds,
} from './config/parse.js';

/** The options that every command has. */
export type GlobalOptions = ReturnType<ReturnType<typeof withGlobalOptions>['opts']>;

export const withGlobalOptions = (program: Command) =>
  program
    .addOption(
      new Option(
        '--radio <radio>',
        'a real adapter (ble), the virtual air, or the adapter where there is one (auto)',
      )
        .choices(['auto', 'ble', 'virtual'] as const)
        .default('auto' as const)
        .env('KEY_RADIO'),
    )
    .addOption(option('KEY_CAR', '--car <name>', 'use this one of the paired cars', parsePaired))
    .addOption(
      option(
        'KEY_TIMEOUT',
        '--timeout <seconds>',
        'how long the whole command may take',
        parseSeconds,
      ).default(15),
    )
    .addOption(new Option('--json', 'results as JSON, one object a line').env('KEY_JSON'))
    .addOption(
      option(
        'KEY_HOME',
        '--home <dir>',
        'keep keys, cars and air in this directory',
        parseDirectory,
      ),
    )
    .addOption(
      option('KEY_AIR', '--air <dir>', 'use the virtual air of this directory', parseDirectory),
    )
    .addOption(
      option(
        'KEY_AT',
        '--at <x,y>',
        'place on the virtual air, in metres (default: where it was moved to, else 0,0 for a car and 1,0 for a phone or a fob)',
        parsePosition,
      ),
    )
    .addOption(
      option('KEY_CLOUD_URL', '--cloud-url <url>', 'the cloud of the app', parseCloudUrl).default(
        CLOUD_URL,
      ),
    )
    .option('--capture <file>', 'write what goes over the virtual air to a btsnoop file', parseFile)
    .option('--force', 'let --capture and --out replace a file')
    .addOption(
      option(
        'KEY_SESSION_KEYS',
        '--session-keys <file>',
        'add the keys of each session on the virtual air to a file, for key air watch',
        parseFile,
      ),
    )
    .option('-v, --verbose', 'say on stderr what is done');

/** One that may stand in the environment instead. */
const option = <Flags extends string, T>(
  variable: string,
  flags: Flags,
  summary: string,
  parse: (text: string) => T,
) => new Option(flags, summary).argParser(parse).env(variable);

type GlobalOption = keyof GlobalOptions;
type OptionOf = CommandUnknownOpts['options'][number];

/** By all commands but `help` and its like; `home` not by the demo. */
export const HEEDED_BY_ALL: readonly GlobalOption[] = ['json', 'home', 'verbose'];

const ANY = HEEDED_BY_ALL;
const BESIDE: readonly GlobalOption[] = [...ANY, 'timeout'];
const GRANTS: readonly GlobalOption[] = [...ANY, 'car', 'force'];
const AIR: readonly GlobalOption[] = [...ANY, 'air'];
const RADIO: readonly GlobalOption[] = [...AIR, 'radio', 'at', 'capture', 'force', 'sessionKeys'];
const REACH: readonly GlobalOption[] = [...RADIO, 'timeout'];
const PAIRED: readonly GlobalOption[] = [...REACH, 'car'];
const CLOUD: readonly GlobalOption[] = [...AIR, 'timeout', 'cloudUrl'];

const sameFor = (options: readonly GlobalOption[], ...commands: readonly string[]) =>
  Object.fromEntries(commands.map((command) => [command, options]));

/** Which of the global options do something, command by command. */
const HEEDED: Readonly<Record<string, readonly GlobalOption[]>> = {
  ...sameFor([...PAIRED, 'cloudUrl'], 'unlock', 'lock', 'trunk', 'frunk', 'start', 'status'),
  ...sameFor(PAIRED, 'keys list', 'keys remove', 'pin set', 'pin clear', 'rekey'),
  ...sameFor(PAIRED, 'revoke', 'suspend', 'resume', 'refresh'),
  ...sameFor(REACH, 'pair', 'relay'),
  ...sameFor(RADIO, 'scan'),
  ...sameFor([...RADIO, 'cloudUrl'], 'car start'),
  ...sameFor(AIR, 'cloud start'),
  ...sameFor(ANY, 'cloud fail'),
  ...sameFor(CLOUD, 'cloud status', 'cloud watch', 'cloud register', 'cloud login', 'cloud logout'),
  ...sameFor(CLOUD, 'cloud cars list', 'cloud cars claim', 'cloud cars remove'),
  ...sameFor(CLOUD, 'cloud share', 'cloud unshare', 'cloud log', 'cloud sync'),
  ...sameFor(GRANTS, 'id'),
  ...sameFor([...GRANTS, 'air', 'timeout', 'cloudUrl'], 'share'),
  ...sameFor([...ANY, 'car'], 'shared'),
  ...sameFor(ANY, 'cars', 'forget', 'accept'),
  ...sameFor(BESIDE, 'car tap', 'car handle', 'car door', 'car drive', 'car park', 'car screen'),
  ...sameFor(BESIDE, 'car status', 'car card', 'car remove', 'car pin', 'car time', 'car clock'),
  ...sameFor(BESIDE, 'car reset'),
  ...sameFor(RADIO, 'fob start'),
  ...sameFor(REACH, 'fob press'),
  ...sameFor(PAIRED, 'fob pair'),
  ...sameFor(ANY, 'fob battery', 'fob list'),
  ...sameFor([...AIR, 'at', 'capture', 'force'], 'air start'),
  ...sameFor([...AIR, 'sessionKeys'], 'air watch'),
  ...sameFor(AIR, 'air list', 'air move', 'doctor'),
  ...sameFor(['json', 'verbose', 'capture', 'force', 'sessionKeys'], 'demo'),
};

/** By their paths: `car tap`. */
export const COMMANDS_WITH_OPTIONS: readonly string[] = Object.keys(HEEDED);

/** @param command by its path: `car tap` */
export const isHeeded = (command: string, option: string): boolean =>
  (HEEDED[command] ?? []).some((each) => each === option);

/** Those of the global options that stand in the command line behind the name of the command. */
export const givenBehind = (
  options: readonly OptionOf[],
  argv: readonly string[],
): readonly OptionOf[] => {
  const optionOf = (text: string): OptionOf | undefined =>
    options.find(({ long, short }) => text.replace(/=.*$/s, '') === long || text === short);
  const end = argv.indexOf('--');
  const words = end < 0 ? argv : argv.slice(0, end);
  let at = 0;
  for (let word = words[at]; word?.startsWith('-') === true; word = words[++at]) {
    if (optionOf(word)?.required === true && !word.includes('=')) at++; // its value is the next word
  }
  return words.slice(at).flatMap((word) => optionOf(word) ?? []);
};

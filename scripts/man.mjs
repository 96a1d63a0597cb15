// Writes man/key.1 from the command tree, as compiled by `npm run build`: the manual page that the package brings.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT_CODES } from '../dist/cli/exit-codes.js';
import { HEEDED_BY_ALL, isHeeded } from '../dist/cli/global-options.js';
import { pathOf } from '../dist/cli/help.js';
import { buildProgram } from '../dist/cli/program.js';

const ROOT = join(import.meta.dirname, '..');
const WIDTH = 72;

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
/** Of the build; the same twice where SOURCE_DATE_EPOCH says when that was. */
const date = new Date(Number(process.env.SOURCE_DATE_EPOCH ?? Date.now() / 1000) * 1000);

/** What roff would take for its own. */
const escaped = (text) =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replace(/^([.'])/gm, '\\&$1');

/** Running text in lines that are not too long, as they stand in the page. */
const filled = (text) => {
  const lines = [''];
  for (const word of escaped(text)
    .split(/\s+/)
    .filter((each) => each !== '')) {
    const line = lines.at(-1);
    if (line !== '' && line.length + word.length >= WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => line.replace(/^([.'])/, '\\&$1')).join('\n');
};

const item = (term, text) => `.TP\n.B ${escaped(term)}\n${filled(text)}`;
const section = (name, ...parts) => [`.SH ${name}`, ...parts];
const literal = (text) => `.PP\n.nf\n${escaped(text)}\n.fi`;

/** Examples as they stand, and what is said about them. */
const afterHelp = (command) => {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  const [, examples = '', rest = ''] =
    /\nExamples:\n((?: .*\n)+)\n?([^]*)$/.exec(text.slice(command.helpInformation().length)) ?? [];
  return { examples: examples.replaceAll(/^ {2}/gm, '').trimEnd(), rest: rest.trim() };
};

const optionItem = (command) => (option) =>
  item(option.flags, sentenceOf(command.createHelp().optionDescription(option)));

const sentenceOf = (text) => (text === '' ? '' : `${text[0].toUpperCase()}${text.slice(1)}.`);

const described = (command) => {
  const help = command.createHelp();
  const own = command.options.map(optionItem(command));
  const operands = help
    .visibleArguments(command)
    .map((argument) => item(argument.name(), sentenceOf(help.argumentDescription(argument))));
  const globals = program.options
    .filter((option) => isHeeded(pathOf(command), option.attributeName()))
    .filter((option) => !HEEDED_BY_ALL.includes(option.attributeName()))
    .map(({ long }) => long);
  const { examples, rest } = afterHelp(command);
  return [
    `.SS ${escaped(`key ${pathOf(command)} ${command.usage()}`)}`,
    filled(sentenceOf(command.description())),
    ...operands,
    ...own,
    ...(globals.length === 0 ? [] : ['.PP', filled(`Global options: ${globals.join(', ')}.`)]),
    ...(rest === '' ? [] : ['.PP', filled(rest)]),
    ...(examples === '' ? [] : [literal(examples)]),
  ];
};

const allOf = (command) =>
  command
    .createHelp()
    .visibleCommands(command)
    .filter((each) => each.parent !== null && (command === program || each.name() !== 'help'))
    .flatMap((each) => [...described(each), ...allOf(each)]);

const SECRETS = [
  ['KEY_PAIRING_CODE', 'The pairing code, for key pair.'],
  ['KEY_PIN', 'The PIN to drive, for key start and key pin set.'],
  ['KEY_OLD_PIN', 'The PIN that the car has, for key pin set and key pin clear.'],
  ['KEY_CLOUD_PASSWORD', 'The password of an account, for key cloud register and key cloud login.'],
  ['KEY_CLOUD_DATABASE', 'The URL of PostgreSQL, for key cloud start.'],
  ['KEY_CLOUD_BROKER', 'The URL of an MQTT broker, for key cloud start.'],
  ['NO_COLOR', 'Where it is not empty, nothing is coloured; FORCE_COLOR beats it.'],
];

const program = buildProgram({ stdout: {}, stderr: {}, env: {} }, () => Promise.resolve());
const { examples } = afterHelp(program);
const page = [
  `.TH KEY 1 ${date.toISOString().slice(0, 10)} "phonekey ${escaped(version)}" "User Commands"`,
  ...section('NAME', `key \\- ${escaped('a phone that is a car key, over Bluetooth LE, offline')}`),
  ...section('SYNOPSIS', '.B key', escaped('[options] [command]')),
  ...section(
    'DESCRIPTION',
    filled(
      'One program is the phone (key unlock), the simulated car (key car start) and the person beside the car (key car tap). They meet over a real Bluetooth adapter, or over a virtual air where there is none.',
    ),
    '.PP',
    filled(
      'Results go to stdout and everything else to stderr. With --json every result is one line of JSON, and an error is one, the last on stderr.',
    ),
  ),
  ...section(
    'GLOBAL OPTIONS',
    filled(
      'Before the command they may stand for several commands, as in a script; behind a command, one that does nothing for it is an error. --json, --home and --verbose go with nearly all of them.',
    ),
    ...program.options.map(optionItem(program)),
  ),
  ...section('COMMANDS', ...allOf(program)),
  ...section(
    'EXIT STATUS',
    ...EXIT_CODES.map(([code, text]) => item(String(code), sentenceOf(text))),
  ),
  ...section(
    'ENVIRONMENT',
    ...program.options
      .filter(({ envVar }) => envVar !== undefined)
      .map(({ envVar, long }) => item(envVar, `Stands for ${long}, which beats it.`)),
    ...SECRETS.map(([name, text]) => item(name, text)),
  ),
  ...section(
    'FILES',
    item(
      '~/.config/phonekey/config.json',
      'Settings: radio, home and json. Variables of the environment beat them.',
    ),
    item(
      '~/.local/share/phonekey',
      'Keys, cars and the air, unless --home names another directory.',
    ),
  ),
  ...section('EXAMPLES', '.nf', escaped(examples), '.fi'),
];
mkdirSync(join(ROOT, 'man'), { recursive: true });
writeFileSync(join(ROOT, 'man/key.1'), `${page.join('\n')}\n`);

import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { isHeeded } from '../global-options.js';
import { pathOf } from '../help.js';
import { COMPLETES } from '../config/parse.js';
import type { Completes } from '../config/parse.js';

type OptionOf = CommandUnknownOpts['options'][number];
type ArgumentOf = CommandUnknownOpts['registeredArguments'][number];

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What may stand where the cursor is. */
export interface Candidates {
  readonly words: readonly Candidate[];
  /** Names of this kind, too. */
  readonly names?: Completes | undefined;
  /** What was given of the global options so far, by their names in `opts()`. */
  readonly given: Readonly<Record<string, string>>;
}

/**
 * From the command tree alone: what the last of these words may become. The words are those behind `key`, up to
 * the cursor; the last one may be empty. bash hands `--radio=v` over as three words.
 */
export const candidatesFor = (program: CommandUnknownOpts, line: readonly string[]): Candidates => {
  if (line[0] === 'help' && line.length > 1) return candidatesFor(program, line.slice(1));
  const current = line.at(-1) ?? '';
  const given: Record<string, string> = {};
  let command = program;
  let operands = 0;
  let awaited: OptionOf | undefined;
  let onlyOperands = false;
  for (const word of line.slice(0, -1)) {
    if (awaited !== undefined) {
      if (word === '=') continue;
      given[awaited.attributeName()] = word;
      awaited = undefined;
    } else if (word === '--') {
      onlyOperands = true;
    } else if (word.startsWith('-') && !onlyOperands) {
      const [flag, value] = split(word);
      const option = optionsOf(command).find(({ long, short }) => flag === long || flag === short);
      if (option?.required !== true) continue;
      if (value === undefined) awaited = option;
      else given[option.attributeName()] = value;
    } else {
      const below: CommandUnknownOpts | undefined = command.commands.find(
        (each) => each.name() === word,
      );
      if (below === undefined) operands++;
      else command = below;
    }
  }
  if (awaited !== undefined) return { ...valuesOf(awaited), given };
  if (current.startsWith('-') && !onlyOperands) {
    const [flag, value] = split(current);
    const option = optionsOf(command).find(({ long }) => flag === long);
    if (value === undefined || option?.required !== true) return { words: flagsOf(command), given };
    const { words, names } = valuesOf(option);
    const whole = words.map((each) => ({ ...each, value: `${flag}=${each.value}` }));
    return { words: whole, names, given };
  }
  const argument = command.registeredArguments[operands] ?? variadicOf(command);
  const below = command.createHelp().visibleCommands(command);
  const words =
    operands > 0
      ? []
      : below.map((each) => ({ value: each.name(), description: each.description() }));
  if (argument === undefined) return { words, given };
  const values = valuesOf(argument);
  return { words: [...words, ...values.words], names: values.names, given };
};

const split = (word: string): [string, string?] => {
  const at = word.indexOf('=');
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
};

const variadicOf = ({ registeredArguments }: CommandUnknownOpts): ArgumentOf | undefined =>
  registeredArguments.find(({ variadic }) => variadic);

/** Of the command and of those above it, as far as they do something. */
const optionsOf = (command: CommandUnknownOpts): OptionOf[] => {
  const below = command.commands.length > 0;
  const own = (each: CommandUnknownOpts): OptionOf[] => [
    ...each.options.filter(
      (option) =>
        !option.hidden &&
        (each.parent !== null || below || isHeeded(pathOf(command), option.attributeName())),
    ),
    ...(each.parent === null ? [] : own(each.parent)),
  ];
  return own(command);
};

const flagsOf = (command: CommandUnknownOpts): Candidate[] =>
  [
    ...optionsOf(command).map(({ long, description }) => ({ value: long ?? '', description })),
  ].concat({
    value: '--help',
    description: 'display help for command',
  });

const valuesOf = ({
  argChoices,
  parseArg,
}: Pick<OptionOf | ArgumentOf, 'argChoices' | 'parseArg'>): Pick<
  Candidates,
  'words' | 'names'
> => ({
  words: (argChoices ?? []).map((value) => ({ value, description: '' })),
  names: parseArg === undefined ? undefined : COMPLETES.get(parseArg),
});

import type { Command } from '@commander-js/extra-typings';

/** What commands are added to: the program, or one of them. */
export type Parent = Pick<Command, 'command'>;

/** As they stand behind the help of a command. */
export const examplesOf = (examples: string): string =>
  examples === '' ? '' : `\n${examples.trimEnd()}`;

/** Gives what adds commands to it; examples stand behind their help. */
export const adder =
  (to: Parent) =>
  <Name extends string>(name: Name, summary: string, examples = '') =>
    to.command(name).description(summary).addHelpText('after', examplesOf(examples));

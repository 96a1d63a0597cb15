import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Host } from '../context.js';
import { candidatesFor } from './candidates.js';
import { namesOf } from './names.js';

/**
 * Answers a shell's script: on the first line what names of files may stand there, `files`, `directories` or
 * `-`; then a word on each line, and behind a tab what it means.
 */
export const complete = async (
  program: CommandUnknownOpts,
  line: readonly string[],
  { env, stdout }: Pick<Host, 'env' | 'stdout'>,
): Promise<void> => {
  const { words, names, given } = candidatesFor(program, line);
  const files = names === 'files' || names === 'directories';
  const named =
    files || names === undefined ? [] : await namesOf(names, { ...program.opts(), ...given }, env);
  const flag = /^(--[^=]+=)/.exec(line.at(-1) ?? '')?.[1] ?? '';
  const candidates = [
    ...words,
    ...[...new Set(named)].sort().map((name) => ({ value: `${flag}${name}`, description: '' })),
  ].filter(({ value }) => value !== flag && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(value));
  const lines = candidates.map(({ value, description }) => `${value}\t${description}`);
  stdout.write(`${[files ? names : '-', ...lines].join('\n')}\n`);
};

import { expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { HINT_TABLE, hintFor } from '../../cli/io/hints.js';
import { buildProgram } from '../../cli/program.js';
import { errorCatalogue, PhoneKeyError } from '../../lib/errors.js';
import { refusalError } from '../../lib/domain/refusals.js';
import { testHost } from '../support/cli-host.js';

/** Name and options of every command: `key car tap`. */
const commands = new Map<string, readonly string[]>();
const visit = (command: CommandUnknownOpts, name: string, above: readonly string[]): void => {
  const options = [...above, ...command.options.map(({ long }) => long ?? '')];
  commands.set(name, options);
  for (const each of command.commands) visit(each, `${name} ${each.name()}`, options);
};
visit(
  buildProgram(testHost(), () => Promise.resolve()),
  'key',
  [],
);
const words = [...commands.keys()].flatMap((name) => name.split(' ')[1] ?? []);
const flags = new Set([...commands.values()].flat());

/** Comments and literals, in the order in which they stand. */
const TOKENS = /\/\*[\s\S]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;

/** What is said in the sources below the command line: literals of more than one word, without comments. */
const sentences = ['lib', 'air', 'firmware-sim', 'local'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('schema'))
    .flatMap((file) => {
      const source = readFileSync(join(folder, file), 'utf8');
      return (source.match(TOKENS) ?? []).filter((text) => /^['"`].* /.test(text));
    }),
);

it('finds no command and no flag of the command line in what the library says', () => {
  expect(sentences.length).toBeGreaterThan(500);
  const command = new RegExp(`\\bkey (${[...new Set(words)].join('|')})\\b`);
  const speaks = (text: string): boolean =>
    command.test(text) || (text.match(/--[a-z0-9-]+/g) ?? []).some((flag) => flags.has(flag));
  expect(sentences.filter(speaks)).toEqual([]);
});

const { DONE_BY, INSTEAD } = HINT_TABLE;

it.each([...Object.keys(DONE_BY).map((each) => `${each}.`), ...Object.keys(INSTEAD)])(
  'has a command for what the library still says: %s',
  (sentence) => {
    expect(sentences.some((text) => text.includes(sentence))).toBe(true);
  },
);

it.each([...Object.values(DONE_BY), ...Object.values(INSTEAD)])(
  'names commands and flags that there are: %s',
  (text) => {
    for (const [given] of text.matchAll(
      /(?<=: |, |or |^|\(|then |: |from |Try )key [a-z]+( [a-z]+)*/g,
    )) {
      const found = [...commands.keys()].some(
        (name) => `${given} `.startsWith(`${name} `) && name !== 'key',
      );
      expect({ given, found }).toEqual({ given, found: true });
    }
    for (const [flag] of text.matchAll(/--[a-z0-9-]+/g)) expect(flags).toContain(flag);
  },
);

it('says the command instead, also where the hint is longer', () => {
  expect(hintFor(refusalError('expired'))).toBe('Ask the owner for a new grant: key share.');
  expect(hintFor(new PhoneKeyError('car.not-found', 'the car was not heard'))).toMatch(
    /: key scan\. /,
  );
  const two = 'Switch Bluetooth on. Or use the virtual air.';
  expect(hintFor({ hint: two })).toBe(
    'Switch Bluetooth on. Or use the virtual air: --radio virtual.',
  );
});

it('leaves nobody who has a command line without one, where there is a command', () => {
  const without = Object.values(errorCatalogue).map((entry) => hintFor(entry));
  expect(without.filter((hint) => /: key |`?key doctor/.test(hint)).length).toBeGreaterThan(15);
});

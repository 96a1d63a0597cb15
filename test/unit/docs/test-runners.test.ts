import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const GUIDE = 'docs/guides/test-runners.md';
const FOLDER = 'docs/guides/test-runners';
const read = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

const RUNNERS = JSON.parse(read('scripts/test-runners/runners.json')) as {
  readonly folder: string;
  readonly command: string;
}[];
const blocks = [...read(GUIDE).matchAll(/^```(\w+) (\S+)\n(.*?)^```$/gms)].map(
  ([, language, info, text]) => ({ language, info, text }),
);

it('the guide to test runners shows the files that are run, whole, and no others', () => {
  const shown = blocks.flatMap(({ info, text }) => {
    const [, path] = /^in=(.*)/.exec(info!) ?? [];
    return path === undefined ? [] : [[path, text]];
  });
  const files = RUNNERS.flatMap(({ folder }) =>
    readdirSync(new URL(`../../../${FOLDER}/${folder}`, import.meta.url)).map(
      (name) => `${FOLDER}/${folder}/${name}`,
    ),
  );
  expect(files.length).toBeGreaterThan(RUNNERS.length);
  expect(Object.fromEntries(shown)).toEqual(
    Object.fromEntries(files.map((path) => [path, read(path)])),
  );
});

it('the guide to test runners names the commands by which they are run', () => {
  const commands = blocks.filter(({ language }) => language === 'sh').map(({ text }) => text);
  expect(commands).toEqual(RUNNERS.map(({ command }) => `${command}\n`));
});

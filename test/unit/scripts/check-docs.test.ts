import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

interface Block {
  readonly use: string;
}
interface Place {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}
const { blocksOf, notRun } = (await import(
  // @ts-expect-error a script without types
  '../../../scripts/docs/blocks.mjs'
)) as {
  blocksOf: (document: string, markdown: string) => Block[];
  notRun: (blocks: readonly Block[]) => string[];
};
const { documents, readBlocks, runBlocks } = (await import(
  // @ts-expect-error a script without types
  '../../../scripts/docs/check-docs.mjs'
)) as {
  documents: () => string[];
  readBlocks: (document: string) => Block[];
  runBlocks: (document: string, blocks: readonly Block[], place: Place) => Promise<string>;
};

const fenced = (info: string, ...lines: string[]): string =>
  ['Text.', '', `\`\`\`${info}`, ...lines, '```', ''].join('\n');

describe('the documents', () => {
  it('have code that is not run here only where it says what it needs', () => {
    const blocks = documents().flatMap((document) => readBlocks(document));
    expect(notRun(blocks)).toEqual([
      'README.md: sh needs=network (3)',
      'README.md: sh needs=clone (1)',
      'docs/guides/cloud.md: sh needs=network (1)',
      'docs/guides/cloud.md: sh needs=postgres (1)',
      'docs/guides/command-line.md: sh needs=wireshark (1)',
      'docs/guides/command-line.md: sh needs=shells (1)',
      'docs/guides/linux-vhci.md: sh needs=kernel (2)',
      'docs/guides/real-adapter.md: sh needs=compiler (1)',
      'docs/guides/real-adapter.md: sh needs=root (1)',
      'docs/guides/stacks.md: sh needs=bumble (3)',
      'docs/guides/stacks.md: sh needs=stoprocent (2)',
      'docs/guides/stacks.md: ts needs=stoprocent (1)',
      'docs/guides/stacks.md: sh needs=android (1)',
      'docs/guides/test-runners.md: sh needs=runners (4)',
      'docs/guides/test-without-hardware.md: sh needs=network (1)',
      'docs/guides/test-without-hardware.md: yaml needs=network (2)',
    ]);
    expect(blocks.filter(({ use }) => use === 'run').length).toBeGreaterThan(20);
  });
});

describe('a code block', () => {
  it.each([
    ['sh', 'run'],
    ['ts alone', 'run'],
    ['js file=a.mjs', 'file'],
    ['yaml in=a/b.yml', 'file'],
    ['sh needs=root', 'not run'],
    ['text', 'shown'],
  ])('that begins with %s: %s', (info, use) => {
    expect(blocksOf('a.md', fenced(info, 'x'))).toMatchObject([{ use, line: 4, text: 'x' }]);
  });

  it('may be hidden, or in a list', () => {
    const markdown = '- one\n\n  ```sh\n  ls\n  ```\n\n<!-- sh\npwd\n-->\n';
    expect(blocksOf('a.md', markdown)).toMatchObject([{ text: 'ls' }, { text: 'pwd', line: 8 }]);
  });

  it.each([
    ['a language that nobody runs', fenced('python', 'x'), 'nobody runs "python"'],
    ['no language', fenced('', 'x'), 'nobody runs ""'],
    ['a word that nobody knows', fenced('sh skip', 'x'), 'what is "skip"?'],
    ['no end', '```sh\nls\n', 'has no end'],
  ])('with %s is an error', (_, markdown, message) => {
    expect(() => blocksOf('a.md', markdown)).toThrow(message);
  });
});

describe('a document', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'phonekey-document-'));
    writeFileSync(join(folder, 'package.json'), '{}');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const run = (...blocks: string[]): Promise<string> =>
    runBlocks('a.md', blocksOf('a.md', blocks.join('\n')), {
      folder,
      env: { ...process.env, HOME: folder },
    });

  it('whose commands and programs do what it says is in order', async () => {
    const commands = fenced(
      'sh',
      'export A=1',
      'test $A = 1 # one',
      'false # exit 1',
      'cat <<END',
      '# a',
      'END',
    );
    const shown = fenced(
      'console',
      '$ echo 0123456789abcdef',
      'fedcba9876543210',
      '$ seq 9',
      '1',
      '...',
      '9',
    );
    const program = fenced('ts', 'const two: number = await Promise.resolve(2);');
    const more = fenced('ts', 'if (two !== 2) throw new Error();');
    expect(await run(commands, program, shown, more)).toBe('1 programs, 6 commands');
  });

  it.each([
    ['a command that fails', fenced('sh', 'true', 'exit 3'), 'a.md:5: exit 3\nended with 3, not 0'],
    ['a first of two that fails', fenced('sh', 'false; true'), 'a.md:4: false; true\nended with 1'],
    ['a wrong exit code', fenced('sh', 'true # exit 4'), 'ended with 0, not 4'],
    ['another output', fenced('console', '$ echo a', 'b'), 'does not print what is shown'],
    ['more output', fenced('console', '$ seq 2', '1'), 'does not print what is shown'],
    ['a command for the machine', fenced('sh', 'true && npm rebuild'), 'say needs='],
    ['what stays, and does not', fenced('sh', 'exit 5 &', 'sleep 0.1'), 'ended with 5, not 0'],
    [
      'a program that throws',
      fenced('ts', '', "throw new Error('no');"),
      'a.md:4: the program ended with 1',
    ],
  ])('with %s is not', async (_, markdown, message) => {
    await expect(run(markdown)).rejects.toThrow(message);
  });

  it('leaves nothing running', async () => {
    expect(
      await run(fenced('sh', 'echo $$ >pid; echo ready; exec sleep 60 &', 'test -s pid')),
    ).toBe('0 programs, 2 commands');
    await run(fenced('sh', 'kill -0 $(cat pid) 2>/dev/null # exit 1'));
  });
});

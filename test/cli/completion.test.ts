import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { candidatesFor } from '../../cli/completion/candidates.js';
import { fileNameFor, nameOfFile } from '../../cli/config/file-name.js';
import { buildProgram } from '../../cli/program.js';
import { run } from '../../cli/run.js';
import { testHost } from '../support/cli-host.js';

const program = buildProgram(testHost(), () => Promise.resolve());

/** Of `key air ` the words behind `key`. */
const after = (line: string): string[] =>
  candidatesFor(program, line.split(' ')).words.map(({ value }) => value);

const namesAfter = (line: string): string | undefined =>
  candidatesFor(program, line.split(' ')).names;

describe('what may follow', () => {
  it('is a command, at any depth, and the visible ones alone', () => {
    expect(after('')).toEqual(expect.arrayContaining(['unlock', 'car', 'air', 'completion']));
    expect(after('')).not.toContain('__complete');
    expect(after('air ')).toEqual(['start', 'list', 'move', 'watch', 'help']);
    expect(after('help air ')).toEqual(after('air '));
    expect(after('--radio virtual -v --timeout=3 --at 1,0 air ')).toEqual(after('air '));
  });

  it('is an option that does something there', () => {
    expect(after('air list --')).toEqual([
      ...['--watch', '--json', '--home', '--air', '--verbose', '--help'],
    ]);
    expect(after('unlock -')).toEqual(expect.arrayContaining(['--radio', '--car', '--timeout']));
    expect(after('car tap --')).toEqual(expect.arrayContaining(['--pair', '--name']));
    expect(after('-')).toContain('--radio');
    expect(after('forget -- -')).toEqual([]);
  });

  it.each(['--radio ', '--radio = ', 'unlock --radio ', 'air --radio = v'])(
    'is a value of an option: %j',
    (line) => {
      expect(after(line)).toEqual(['auto', 'ble', 'virtual']);
    },
  );

  it('is a value behind the sign, whole', () => {
    expect(after('unlock --radio=v')).toEqual(['--radio=auto', '--radio=ble', '--radio=virtual']);
  });

  it('is an argument, one after the other', () => {
    expect(after('car tap ')).toEqual(['console', 'pillar']);
    expect(after('car tap console ')).toEqual([]);
    expect(after('car door ')).toEqual(['open', 'close']);
    expect(after('car door open ')).toContain('trunk');
    expect(after('unlock ')).toEqual([]);
  });

  it.each([
    ['accept ', 'files'],
    ['share --to ', 'files'],
    ['share --out=', 'files'],
    ['--home ', 'directories'],
    ['forget ', 'paired cars'],
    ['unlock --car ', 'paired cars'],
    ['car --name ', 'simulated cars'],
    ['air move ', 'devices'],
    ['pair --code ', undefined],
    ['unlock ', undefined],
  ])('is a name: %j', (line, names) => {
    expect(namesAfter(line)).toBe(names);
  });
});

describe('names', () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'key-'));
    await mkdir(join(home, 'keys'));
    await mkdir(join(home, 'cars', 'red'), { recursive: true });
    await mkdir(join(home, 'cars', '__12345678'));
    // No key: the file is not opened.
    for (const name of ['the blue one', 'Ärger']) {
      await writeFile(join(home, 'keys', `${fileNameFor(name)}.json`), '', { mode: 0o000 });
    }
    await writeFile(join(home, 'keys', '0123456789abcdef.offer'), '', { mode: 0o000 });
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  const told = async (...words: string[]): Promise<string> => {
    const host = testHost({ env: { KEY_HOME: home } });
    expect(await run(['__complete', '--', ...words], host)).toBe(0);
    expect(host.written.err).toBe('');
    return host.written.out;
  };

  it('of cars are those of their files', async () => {
    expect(await told('forget', '')).toBe('-\nthe blue one\t\nÄrger\t\n');
    expect(await told('unlock', '--car=')).toBe('-\n--car=the blue one\t\n--car=Ärger\t\n');
    expect(await told('car', 'status', '--name', '')).toBe('-\nred\t\n');
    expect(await told('--home', join(home, 'none'), 'forget', '')).toBe('-\n');
  });

  it('of files are left to the shell', async () => {
    expect(await told('relay', 'x')).toBe('files\n');
    expect(await told('--air', '')).toBe('directories\n');
  });

  it('of what is on the air are none where no air is', async () => {
    expect(await told('air', 'move', '')).toBe('-\n');
  });

  it('come back from the names of files', () => {
    for (const name of ['a', 'Ä b_c', 'con', '../x', '\u{1f697}']) {
      expect(nameOfFile(fileNameFor(name))).toBe(name);
    }
    for (const file of ['', 'A', '__12345678', '_zz', '_ff', 'a.b']) {
      expect(nameOfFile(file)).toBeUndefined();
    }
  });
});

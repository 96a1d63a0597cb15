import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { COMMANDS_WITH_OPTIONS } from '../../cli/global-options.js';
import { pathOf } from '../../cli/help.js';
import { buildProgram } from '../../cli/program.js';
import { testHost } from '../support/cli-host.js';
import { Cli } from '../support/cli.js';

jest.setTimeout(60_000);

const MAIN = join(import.meta.dirname, '../../dist/bin/key.js');

/** The program and all commands below it, at any depth. */
const allCommands = (): CommandUnknownOpts[] => {
  const below = (command: CommandUnknownOpts): CommandUnknownOpts[] => [
    command,
    ...command.commands.flatMap(below),
  ];
  return below(buildProgram(testHost(), () => Promise.resolve()));
};

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.create({ inside: true });
});
afterAll(() => cli.close());

describe('key', () => {
  it('prints help that begins with the usage and has examples and the exit codes behind it', async () => {
    const { code, stdout, stderr } = await cli.run(['help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: key [^]*\n\nExamples:\n {2}\$ key demo [^]*\n\nExit codes:\n/);
    for (const exit of [0, 1, 2, 3, 4, 5, 6, 7, 130]) {
      expect(stdout).toMatch(new RegExp(`^ +${String(exit)} {2}\\S`, 'm'));
    }
    for (const variable of ['RADIO', 'CAR', 'TIMEOUT', 'JSON', 'HOME', 'AIR', 'AT', 'CLOUD_URL']) {
      expect(stdout.replace(/\s+/g, ' ')).toContain(`env: KEY_${variable})`);
    }
  });

  it('alone is short help', async () => {
    const { code, stdout, stderr } = await cli.run([]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: key [^]*\n\nExamples:\n[^]*key help COMMAND/);
    expect(stdout.split('\n').length).toBeLessThan(20);
  });

  it('says the usage first for every command', () => {
    for (const command of allCommands()) {
      let help = '';
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
      expect(help).toMatch(/^Usage: key /);
    }
  });

  it('knows for every command which global options do something, and for no other', () => {
    const paths = allCommands()
      .filter(({ commands }) => commands.length === 0)
      .map(pathOf);
    expect(paths.filter((path) => !COMMANDS_WITH_OPTIONS.includes(path)).sort()).toEqual([
      ...['__complete', 'completion', 'help'],
    ]);
    expect(COMMANDS_WITH_OPTIONS.filter((path) => !paths.includes(path))).toEqual([]);
  });

  it.each([
    [['air', 'list', '--radio', 'ble'], '--radio does nothing for key air list'],
    [['cars', '--car=x'], '--car does nothing for key cars'],
    [['help', '--at', '0,0'], '--at does nothing for key help'],
    [['--capture', 'x', 'cars'], '--capture does nothing for key cars'],
  ])('refuses a global option that does nothing there: %j', async (args, message) => {
    expect(await cli.run(args)).toMatchObject({
      code: 2,
      stderr: `error: ${message}\nhint: Leave it out.\n`,
    });
  });

  it('takes such an option before the command, where it may stand for several', async () => {
    const before = ['--radio', 'ble', '--car', 'cars', '--timeout=1', '-v', '--at', '0,0'];
    expect(await cli.run([...before, 'cars'])).toMatchObject({ code: 0 });
    expect((await cli.run(['help', 'air', 'list'])).stdout).not.toContain('--radio');
    expect((await cli.run(['help', 'share'])).stdout).toContain('--car <name>');
  });

  it('helps with one command', async () => {
    const { code, stdout } = await cli.run(['help', 'pair']);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: key pair');
    expect(stdout).toContain('--radio');
  });

  it('helps with a command of a command, and says which does not exist', async () => {
    expect(await cli.run(['help', 'car', 'tap'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Usage: key car tap'),
    });
    const { code, stdout, stderr } = await cli.run(['help', 'car', 'fly']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: unknown command 'car fly'\nhint: /);
  });

  it('names in an error the help that is of use, and says it in JSON also without a command', async () => {
    expect((await cli.run(['car', 'door', 'open'])).stderr).toContain('key help car door.');
    expect((await cli.run(['bogus'])).stderr).toContain('key help.');
    for (const args of [[], ['car']]) {
      // With --json before it, a command is missing.
      expect(await cli.json(args)).toMatchObject({ code: 2, value: { code: 'usage.invalid' } });
    }
  });

  it('prints its version', async () => {
    expect(await cli.outside().run(['--version'])).toMatchObject({ code: 0, stderr: '' });
    expect((await cli.run(['-V'])).stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  });

  it.each([
    ['half a command', ['car']],
    ['an unknown command', ['unlokc']],
    ['an unknown option', ['lock', '--force']],
    ['an argument too many', ['lock', 'now']],
    ['a missing argument', ['keys', 'remove']],
    ['a slot that is none', ['keys', 'remove', '-1']],
    ['a door that is none', ['car', 'handle', 'roof']],
    ['a radio that is none', ['--radio', 'am', 'lock']],
    ['a timeout of nothing', ['--timeout', '0', 'lock']],
    ['no directory', ['--home', '', 'cars']],
    ['a name that no car can have', ['car', 'status', '--name', 'x'.repeat(33)]],
    ['a place that is none', ['--at', '1;2', 'lock']],
    ['a code as an argument', ['pair', '--code', '12345678']],
    ['a code from nobody', ['pair']],
    ['a card on the pillar to pair', ['car', 'tap', 'pillar', '--pair']],
    ['a reset that nobody confirmed', ['car', 'reset']],
  ])('exits with 2 for %s, with nothing on stdout', async (_what, args) => {
    const { code, stdout, stderr } = await cli.run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(args[0] !== 'car' ? /^error: .+\nhint: .+\n$/ : /\S/);
  });

  it('says in the error what is wrong, and in the hint what is needed', async () => {
    const wrong = async (...args: string[]) => (await cli.run(args)).stderr;
    expect(await wrong('share', '--to', 'x', '--until', '2027-02-30')).toBe(
      "error: option '--until <time>' argument '2027-02-30' is invalid\nhint: There is no such day, or no such time on it.\n",
    );
    expect(await wrong('share', '--to', 'x', '--lease', '0')).toContain(
      'hint: A whole number from 1',
    );
    expect(await wrong('--radio', 'am', 'lock')).toContain('is invalid\nhint: Allowed choices are');
    expect(await wrong('relay', '/nonexistent')).toContain(
      'error: cannot read /nonexistent: it is not there\n',
    );
  });

  it('never repeats a code that was given as an argument', async () => {
    const { stderr } = await cli.outside().run(['pair', '--code', '12345678']);
    expect(stderr).not.toContain('12345678');
    expect(stderr).toContain('--code -');
  });

  it('suggests what was meant', async () => {
    expect((await cli.run(['unlokc'])).stderr).toContain('unlock');
  });

  it('reports an error as one JSON object on the last line of stderr', async () => {
    const { code, value } = await cli.outside().json(['unlock']);
    expect(code).toBe(6);
    expect(value).toEqual({
      code: 'keys.not-paired',
      kind: 'key-store',
      message: expect.any(String),
      mayHaveSucceeded: false,
      temporary: false,
      hint: expect.stringContaining('key pair'),
    });
    const usage = await cli.json(['--timeout', 'soon', 'unlock']);
    expect(usage).toMatchObject({ code: 2, value: { code: 'usage.invalid', kind: 'usage' } });
  });

  it.each([
    ['the variable', { KEY_JSON: '1' }, true],
    ['an empty variable', { KEY_JSON: '' }, false],
    ['a variable that says no', { KEY_JSON: '0' }, false],
    ['a variable that says off', { KEY_JSON: 'off' }, false],
  ])('follows KEY_JSON: %s', async (_what, env, json) => {
    const { code, stdout } = await cli.outside().run(['cars'], { env });
    expect({ code, json: stdout.startsWith('{"cars":[]}') }).toEqual({ code: 0, json });
  });

  it('lets an option beat its variable, and refuses a bad variable', async () => {
    const env = { KEY_TIMEOUT: 'soon' };
    expect((await cli.run(['cars'], { env })).code).toBe(2);
    expect((await cli.run(['--timeout', '1', 'cars'], { env })).code).toBe(0);
  });

  it('exits with 4 where no air is running, and with 4 where no car is', async () => {
    const { code, value } = await cli.outside().json(['scan']);
    expect({ code, value }).toMatchObject({ code: 4, value: { code: 'radio.unavailable' } });
    expect(await cli.json(['car', 'status'])).toMatchObject({
      code: 4,
      value: { code: 'sim.not-running' },
    });
  });

  /** Linux has a file that is always full. */
  (existsSync('/dev/full') ? it : it.skip)('does not call done what it cannot write', () => {
    const full = openSync('/dev/full', 'w');
    try {
      for (const args of [['cars'], ['help']]) {
        const { status, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
          env: { ...process.env, KEY_HOME: cli.home },
          stdio: ['ignore', full, 'pipe'],
          encoding: 'utf8',
        });
        expect({ status, stderr }).toEqual({
          status: 1,
          stderr: expect.stringContaining('cannot be written: ENOSPC'),
        });
      }
    } finally {
      closeSync(full);
    }
  });

  it('colours for FORCE_COLOR alone', async () => {
    const colours = async (env: Record<string, string>): Promise<boolean> =>
      (await cli.run(['unlock'], { env })).stderr.includes('\u001b[');
    expect(await colours({})).toBe(false);
    expect(await colours({ FORCE_COLOR: '1' })).toBe(true);
    expect(await colours({ FORCE_COLOR: '0' })).toBe(false);
    expect(await colours({ NO_COLOR: '1' })).toBe(false);
  });
});

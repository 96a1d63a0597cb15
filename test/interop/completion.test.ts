import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SCRIPTS, SHELLS } from '../../cli/completion/scripts.js';

jest.setTimeout(120_000);

let home: string;
const script = (shell: keyof typeof SCRIPTS): string => join(home, shell);

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'key-'));
  mkdirSync(join(home, 'bin'));
  mkdirSync(join(home, 'keys'), { mode: 0o700 });
  writeFileSync(join(home, 'keys', 'the_20blue_20one.json'), '', { mode: 0o600 });
  writeFileSync(join(home, 'some file.grant'), '');
  const command = `#!/bin/sh\nexec '${process.execPath}' '${resolve('dist/bin/key.js')}' "$@"\n`;
  writeFileSync(join(home, 'bin', 'key'), command);
  chmodSync(join(home, 'bin', 'key'), 0o755);
  for (const shell of SHELLS) writeFileSync(script(shell), SCRIPTS[shell]);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** What a shell prints; it is an error where the shell is missing. */
const run = (shell: string, args: readonly string[], input = ''): string => {
  const { error, stdout, stderr, status } = spawnSync(shell, args, {
    input,
    cwd: home,
    env: {
      ...process.env,
      PATH: `${join(home, 'bin')}:${process.env['PATH'] ?? ''}`,
      HOME: home,
      KEY_HOME: home,
      TERM: 'dumb',
    },
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (error !== undefined) throw error;
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
};

describe('bash', () => {
  const completed = (...words: string[]): string[] => {
    const program = `source '${script('bash')}'
      COMP_WORDS=(key "$@"); COMP_CWORD=$#; _key
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    return run('bash', ['--norc', '-c', program, 'bash', ...words])
      .trimEnd()
      .split('\n');
  };

  it('completes commands, options, values and names', () => {
    expect(completed('air', '')).toEqual(['start', 'list', 'move', 'watch', 'help']);
    expect(completed('car', 'ha')).toEqual(['handle']);
    expect(completed('unlock', '--ra')).toEqual(['--radio']);
    expect(completed('unlock', '--radio', '=', 'v')).toEqual(['virtual']);
    expect(completed('forget', '')).toEqual(['the\\ blue\\ one']);
    expect(completed('forget', 'the\\ bl')).toEqual(['the\\ blue\\ one']);
    expect(completed('forget', "'the bl")).toEqual(['the blue one']);
  });

  it('runs nothing that was typed', () => {
    expect(completed('forget', '$(touch typed)')).toEqual(['']);
    expect(run('ls', [])).not.toContain('typed');
  });
});

describe('fish', () => {
  const completed = (line: string): string[] =>
    run('fish', ['--no-config', '-c', `source '${script('fish')}'; complete -C "${line}"`])
      .trimEnd()
      .split('\n')
      .map((each) => each.replace(/\t.*$/, ''));

  it('completes commands, options, values and names', () => {
    expect(completed('key air ').sort()).toEqual(['help', 'list', 'move', 'start', 'watch']);
    expect(completed('key car ha')).toEqual(['handle']);
    expect(completed('key unlock --ra')).toEqual(['--radio']);
    expect(completed('key unlock --radio ')).toEqual(['auto', 'ble', 'virtual']);
    expect(completed('key unlock --radio=v')).toEqual(['--radio=virtual']);
    expect(completed('key forget ')).toEqual(['the blue one']);
    expect(completed('key accept so')).toEqual(['some file.grant']);
  });
});

/** Types into a shell on a terminal: pairs of what it waits for and what it types then. Needs no more than Python. */
const TYPIST = `
import json, os, pty, sys
shell, terminal = pty.fork()
if shell == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
seen = ''
for wanted, typed in json.load(sys.stdin):
    while wanted not in seen:
        seen += os.read(terminal, 4096).decode(errors='replace')
    seen = ''
    os.write(terminal, typed.encode())
os.kill(shell, 9)
`;

describe('zsh', () => {
  const shows = (keys: string, wanted: string): void => {
    const begin = `PS1='> '; autoload -Uz compinit; compinit -D; source '${script('zsh')}'; print rea''dy\n`;
    const dialogue = [
      ['', begin],
      ['ready', keys],
      [wanted, ''],
    ];
    run('python3', ['-c', TYPIST, 'zsh', '-f', '-i'], JSON.stringify(dialogue));
  };

  it('completes commands, options, values and names', () => {
    shows('key air \t', 'tell what happens');
    shows('key unlock --ra\t', '--radio ');
    shows('key forget \t', 'the\\ blue\\ one');
    shows('key accept so\t', 'some\\ file.grant');
  });
});

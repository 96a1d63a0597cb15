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
const run = (shell: string, ...args: string[]): string => {
  const { error, stdout, stderr, status } = spawnSync(shell, args, {
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
    return run('bash', '--norc', '-c', program, 'bash', ...words)
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
    expect(run('ls')).not.toContain('typed');
  });
});

describe('fish', () => {
  const completed = (line: string): string[] =>
    run('fish', '--no-config', '-c', `source '${script('fish')}'; complete -C "${line}"`)
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

describe('zsh', () => {
  /** Types into a zsh of its own, until what it shows matches. */
  const shows = (keys: string, pattern: string): void => {
    const program = `zmodload zsh/zpty
      zpty shell zsh -f -i
      zpty -w shell "PS1=; autoload -Uz compinit; compinit -D; source '${script('zsh')}'; print rea''dy"
      zpty -r shell seen '*ready*'
      zpty -n -w shell $'${keys}'
      zpty -r shell seen '${pattern}' || { print -r -- "$seen"; exit 1 }
      zpty -d shell`;
    run('zsh', '-f', '-c', program);
  };

  it('completes commands, options, values and names', () => {
    shows('key air \\t', '*watch*tell what happens*');
    shows('key unlock --ra\\t', '*--radio *');
    shows('key forget \\t', '*the\\\\ blue\\\\ one*');
    shows('key accept so\\t', '*some\\\\ file.grant*');
  });
});

import { execFileSync } from 'node:child_process';

/** Makes lines of what a program writes to stdout; throws when it fails or is killed by a signal. */
const lines = (program: string, args: readonly string[]): string[] =>
  execFileSync(program, args, {
    encoding: 'utf8',
    // No preferences of whoever runs the test; a time zone for the times that are printed.
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', TZ: 'UTC', LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1 << 26,
  })
    .split('\n')
    .filter((line) => line !== '');

/** The fields of the packets that match a display filter, as tshark dissects them. */
export const dissect = (file: string, filter: string, ...fields: readonly string[]): string[][] =>
  lines('tshark', [
    ...['-r', file, '-Y', filter, '-T', 'fields'],
    ...fields.flatMap((field) => ['-e', field]),
  ]).map((line) => line.split('\t'));

/** What btmon says about a capture, a line each. */
export const monitor = (file: string): string[] => lines('btmon', ['-r', file]);

import { PhoneKeyError } from '../lib/errors.js';
import type { ErrorKind } from '../lib/errors.js';

/** What the command says to the shell; scripts rely on these numbers. */
export const EXIT = {
  ok: 0,
  internal: 1,
  usage: 2,
  refused: 3,
  unreachable: 4,
  'outcome-unknown': 5,
  'key-store': 6,
  security: 7,
  interrupted: 130,
} as const satisfies Record<'ok' | ErrorKind, number>;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The table at the end of the help. */
export const EXIT_CODES: readonly (readonly [ExitCode, string])[] = [
  [EXIT.ok, 'done'],
  [EXIT.internal, 'unexpected failure; the files of a simulated car, or stdout, cannot be used'],
  [EXIT.usage, 'wrong usage; nothing was done'],
  [EXIT.refused, 'the car refused'],
  [EXIT.unreachable, 'the car was not reached; nothing happened'],
  [EXIT['outcome-unknown'], 'outcome unknown: the car may have done it'],
  [EXIT['key-store'], 'the keys of this phone are missing, unreadable or not private'],
  [EXIT.security, 'security failure: the other side did not prove who it is'],
  [EXIT.interrupted, 'interrupted'],
];

export const exitCodeOf = (error: unknown): ExitCode =>
  error instanceof PhoneKeyError ? EXIT[error.kind] : EXIT.internal;

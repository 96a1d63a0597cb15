import type { NamedStep } from './program.js';

/** Steps that programs are written with. */

type Name<K extends keyof NamedStep> = NonNullable<NamedStep[K]>;

export const open: NamedStep = { do: 'open' };
/** Until a refusal is out. */
export const refused: NamedStep = { do: 'wait', parameter: 1 };

export const prove = (person: Name<'person'>, command: Name<'command'>, link = 0): NamedStep => ({
  do: 'send',
  message: 'proof',
  person,
  command,
  link,
});

export const then = (command: Name<'command'>, link = 0): NamedStep => ({
  do: 'send',
  message: 'sealed',
  command,
  link,
});

/** With the right code; tap 0 asks for a driver's key, 1 for an owner's. */
export const pair = (tap: number): NamedStep[] => [
  { do: 'tap', parameter: tap },
  { do: 'send', message: 'pairStart' },
  { do: 'send', message: 'pairConfirm' },
  { do: 'send', message: 'pairCommit', person: 'newcomer' },
];

export const guess = (link = 0): NamedStep => ({
  do: 'send',
  message: 'pairStart',
  parameter: 1,
  link,
});

/** The owner's, or delegated: `at` 1 is behind the newest grant. */
export const grant = (
  person: Name<'person'>,
  terms: Name<'terms'> = 'guest',
  more: Partial<NamedStep> = {},
): NamedStep => ({ do: 'grant', person, terms, ...more });

/** Proves with the newest grant. */
export const show = (
  person: Name<'person'>,
  command: Name<'command'>,
  link = 0,
  more: Partial<NamedStep> = {},
): NamedStep => ({ do: 'send', message: 'introduce', person, command, link, ...more });

export const sign = (
  says: Name<'says'>,
  person: Name<'person'>,
  more: Partial<NamedStep> = {},
): NamedStep => ({ do: 'sign', says, person, ...more });

/** A stranger relays the newest part of a revocation list. */
export const relay = (link = 0, more: Partial<NamedStep> = {}): NamedStep => ({
  do: 'send',
  message: 'revocationList',
  link,
  ...more,
});

export const passHours: NamedStep = { do: 'clock', parameter: 2 };
export const loseTime: NamedStep = { do: 'clock' };

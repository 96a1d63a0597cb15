import { attack } from '../car/attack.js';
import { MOST_STEPS, program, STEP_BYTES } from '../car/program.js';
import type { NamedStep } from '../car/program.js';
import type { Target } from '../target.js';

const open: NamedStep = { do: 'open' };
const refused: NamedStep = { do: 'wait', parameter: 1 };

const prove = (
  person: NamedStep['person'] & string,
  command: NamedStep['command'] & string,
  link = 0,
): NamedStep => ({
  do: 'send',
  message: 'proof',
  person,
  command,
  link,
});

const then = (command: NamedStep['command'] & string, link = 0): NamedStep => ({
  do: 'send',
  message: 'sealed',
  command,
  link,
});

/** With the right code; tap 0 asks for a driver's key, 1 for an owner's. */
const pair = (tap: number): NamedStep[] => [
  { do: 'tap', parameter: tap },
  { do: 'send', message: 'pairStart' },
  { do: 'send', message: 'pairConfirm' },
  { do: 'send', message: 'pairCommit', person: 'newcomer' },
];

const guess: NamedStep = { do: 'send', message: 'pairStart', parameter: 1 };

const seeds = (): Uint8Array[] => [
  program(open, prove('owner', 'unlock'), then('lock'), then('listKeys')),
  program(open, prove('driver', 'removeDriver'), prove('driver', 'unlock')),
  program(open, prove('stranger', 'unlock'), refused, prove('driver', 'unlock')),
  program(open, ...pair(0), prove('newcomer', 'listKeys')),
  program(open, ...pair(1), prove('newcomer', 'removeOwner'), { do: 'restart' }, open),
  program(open, { do: 'tap' }, guess, { do: 'junk', payload: new Uint8Array(36).fill(0x1a) }),
  program(
    open,
    open,
    { do: 'holdBack', message: 'proof', person: 'owner' },
    { do: 'replay', link: 1 },
    refused,
    { do: 'replay', link: 1 },
  ),
  program(
    open,
    { do: 'sendTwice', message: 'proof', person: 'owner' },
    { do: 'sendTwice', message: 'sealed', command: 'lock' },
  ),
  program(
    open,
    open,
    { do: 'hurry', parameter: 3 },
    prove('owner', 'unlock'),
    prove('driver', 'lock', 1),
    then('listKeys'),
  ),
  program(
    open,
    { do: 'change', message: 'proof', person: 'owner', at: 60, xor: 1, chunk: 7 },
    { do: 'cut', message: 'proof', person: 'owner', at: 30 },
  ),
  program(open, { do: 'unframed', payload: Uint8Array.of(0, 9, 1) }, { do: 'wait', parameter: 3 }),
  program(open, { do: 'echo' }, { do: 'lose' }, open, { do: 'close', link: 1 }, { do: 'hand' }),
  program(
    { do: 'tap', parameter: 3 },
    { do: 'hand' },
    { do: 'tap', parameter: 2 },
    { do: 'hand', parameter: 2 },
  ),
  program(
    open,
    { do: 'tap' },
    ...[0, 1, 2, 3].flatMap((link) => [{ ...guess, link }, open]),
    prove('driver', 'listKeys', 3),
  ),
];

export const carTargets: readonly Target[] = [
  {
    name: 'car',
    seeds,
    stride: STEP_BYTES,
    maxLength: STEP_BYTES * MOST_STEPS,
    weight: 8,
    batch: 1,
    limitMs: 4_000,
    run: (input) => attack(input),
  },
];

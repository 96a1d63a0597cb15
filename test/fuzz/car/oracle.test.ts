import { describe, expect, it } from '@jest/globals';
import { attack } from './attack.js';
import { program } from './program.js';
import { guess, open, prove, refused, then } from './steps.js';
import type { Weakness } from './world.js';
import { forgets, host, stranger, recalls } from './weaknesses.js';

const replay = program(
  open,
  prove('owner', 'unlock'),
  open,
  { do: 'replay', link: 1 },
  refused,
  open,
  { do: 'replay', link: 2 },
);

describe('the oracle notices', () => {
  it.each([
    [
      'a car that uses its challenge twice',
      replay,
      { random: (length: number) => new Uint8Array(length).fill(7) },
      /unlock, which nobody gave/,
    ],
    [
      'a car that obeys a stranger',
      program(open, prove('stranger', 'unlock')),
      host(({ keys }) => ({ keys: () => [...keys(), stranger] })),
      /unlock, which nobody gave/,
    ],
    [
      'a car that takes one key for another',
      program(open, prove('driver', 'listKeys')),
      host(({ execute, keys }) => ({
        execute: (command) => {
          const [owner] = keys();
          if (owner === undefined) throw new Error('no owner');
          return execute(command, owner);
        },
      })),
      /listKeys, which nobody gave/,
    ],
    [
      'a car that does something twice',
      program(open, prove('driver', 'lock')),
      host(({ execute }) => ({
        execute: async (command, key) => {
          await execute(command, key);
          return execute(command, key);
        },
      })),
      /lock, which nobody gave/,
    ],
    [
      'a car that does twice what comes twice',
      program(
        open,
        prove('driver', 'unlockAsWish'),
        then('lock'),
        open,
        prove('driver', 'unlockAsWish', 1),
      ),
      forgets('id', 'voids'),
      /unlocked by a key that did not ask for it/,
    ],
    [
      'a car that does what is void',
      program(open, prove('driver', 'lockInstead'), open, prove('driver', 'unlockAsWish', 1)),
      forgets('voids'),
      /unlocked by a key that did not ask for it/,
    ],
    [
      'a car that forgets in its sleep what is void',
      program(
        open,
        prove('driver', 'lockInstead'),
        { do: 'restart' },
        open,
        prove('driver', 'unlockAsWish', 1),
      ),
      recalls((record) => ({ ...record, outcomes: [] })),
      /unlocked by a key that did not ask for it/,
    ],
    [
      'a car for which a word of it never gets old',
      program(open, prove('owner', 'status'), { do: 'wait', parameter: 3 }, then('unlock')),
      { clock: { now: () => 0, after: () => () => undefined } },
      /unlock, which nobody gave/,
    ],
    [
      'a car that forgets a key',
      program(open, { do: 'restart' }),
      recalls((record) => ({ ...record, keys: record.keys.slice(0, 1) })),
      /has the keys 0 owner .*, not 0 owner .*, 1 driver/,
    ],
    [
      'a window in which one may guess for ever',
      program({ do: 'tap' }, ...[0, 1, 2, 3].flatMap((link) => [open, guess(link)])),
      host(({ pairing }) => {
        let window = pairing.window();
        return {
          pairing: {
            window: () => (window ??= pairing.window()),
            countTry: () => Promise.resolve(true),
            enrol: (open, phone) => pairing.enrol(open, phone),
          },
        };
      }),
      /more than three times/,
    ],
    [
      'a car that does not answer its owner',
      program(open),
      host(() => ({ execute: () => new Promise(() => undefined) })),
      /answers its owner/,
    ],
    [
      'a car whose host throws',
      program(open),
      host(() => ({ execute: () => Promise.reject(new Error('broken')) })),
      /the car warns: internal error of the car/,
    ],
  ] satisfies [string, Uint8Array, Weakness, RegExp][])(
    '%s',
    async (_, input, weakness, promise) => {
      await expect(attack(input, weakness)).rejects.toThrow(promise);
      await expect(attack(input)).resolves.toBeUndefined();
    },
  );
});

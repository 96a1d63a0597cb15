import { describe, expect, it } from '@jest/globals';
import { attack } from './attack.js';
import { program } from './program.js';
import { relay, grant, guess, open, pair, prove, refused, show, sign, then } from './steps.js';
import type { Weakness } from './world.js';
import { host, stranger, obeys, admitsAll, recalls } from './weak-cars.js';

// Each detector has its control: a car that is worse on purpose, and a program that must break it.
// The same program on the real car must not.

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
      /the car warns: execute failed/,
    ],
    [
      'a suspended key that opens the car',
      program(open, open, sign('suspend', 'driver'), relay(), prove('driver', 'unlock', 1)),
      obeys('unlock'),
      /may unlock that was revoked or suspended/,
    ],
    [
      'a revoked key that comes back by its grant',
      program(
        open,
        open,
        grant('guest'),
        show('guest', 'status'),
        sign('revoke', 'guest'),
        relay(1),
        refused,
        show('guest', 'unlock', 1),
      ),
      admitsAll,
      /by a grant that was revoked or suspended/,
    ],
    [
      'a link that outlives its key',
      program(
        open,
        open,
        grant('guest'),
        show('guest', 'status'),
        sign('revoke', 'guest'),
        relay(1),
        { do: 'wait', parameter: 3 },
      ),
      { keepsLinks: true },
      /a link stays of a key that is gone/,
    ],
    [
      'a removed key that comes back by its grant',
      program(
        open,
        open,
        grant('guest'),
        show('guest', 'status'),
        { do: 'removeAtScreen', parameter: 2 },
        show('guest', 'unlock', 1),
      ),
      admitsAll,
      /by a grant of a key that was removed/,
    ],
    [
      'a removed owner whose old grant lets somebody in',
      program(
        open,
        open,
        ...pair(1),
        grant('guest', 'driver', { by: 'newcomer' }),
        { do: 'removeAtScreen', parameter: 2 },
        open,
        { do: 'tap', parameter: 1 },
        ...pair(1)
          .slice(1)
          .map((step) => ({ ...step, link: 2 })),
        show('guest', 'unlock', 1),
      ),
      admitsAll,
      /by a grant of an owner who was removed since/,
    ],
    [
      'a grant that is dated ahead',
      program(open, grant('guest', 'driver', { xor: 16 }), show('guest', 'unlock')),
      admitsAll,
      /by a grant that is dated ahead/,
    ],
    [
      'a grant that its owner has declared void',
      program(
        open,
        open,
        grant('guest'),
        sign('nothing', 'guest', { xor: 64 }),
        relay(1),
        show('guest', 'unlock'),
      ),
      admitsAll,
      /by a grant that its owner has declared void/,
    ],
    [
      'a car that refuses a good grant',
      program(open, grant('guest'), show('guest', 'unlock')),
      {
        car: ({ credentials }) => ({
          credentials: {
            receive: (revocationList) => credentials.receive(revocationList),
            admit: () => Promise.resolve('grant-void'),
          },
        }),
      },
      /refuses a good grant: grant-void/,
    ],
  ] satisfies [string, Uint8Array, Weakness, RegExp][])(
    '%s',
    async (_, input, weakness, promise) => {
      await expect(attack(input, weakness)).rejects.toThrow(promise);
      await expect(attack(input)).resolves.toBeUndefined();
    },
  );
});

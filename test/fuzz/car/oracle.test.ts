import { describe, expect, it } from '@jest/globals';
import type { CarHost } from '../../../lib/car/host.js';
import { Role } from '../../../lib/credentials/roles.js';
import { attack } from './attack.js';
import { ENROLLED, PEOPLE } from './people.js';
import { program } from './program.js';
import type { NamedStep } from './program.js';

// Each detector has its control: a car that is worse on purpose, and a program that must break it.
// The same program on the real car must not.

const open: NamedStep = { do: 'open' };
const refused: NamedStep = { do: 'wait', parameter: 1 };
const proof = (
  person: NamedStep['person'] & string,
  command: NamedStep['command'] & string,
): NamedStep => ({
  do: 'send',
  message: 'proof',
  person,
  command,
});
const guess = (link: number): NamedStep => ({
  do: 'send',
  message: 'pairStart',
  parameter: 1,
  link,
});

const host = (change: (host: CarHost) => Partial<CarHost>) => ({
  host: (real: CarHost): CarHost => {
    const { identity, name, pairing } = real;
    return {
      identity,
      name,
      pairing,
      keys: () => real.keys(),
      execute: (command, key) => real.execute(command, key),
      ...change(real),
    };
  },
});

const stranger = {
  slot: 0,
  publicKey: PEOPLE.stranger.identity.publicKey,
  signingKey: PEOPLE.stranger.signingKey,
  name: 'stranger',
  role: Role.OWNER,
};

const replay = program(
  open,
  proof('owner', 'unlock'),
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
      program(open, proof('stranger', 'unlock')),
      host(({ keys }) => ({ keys: () => [...keys(), stranger] })),
      /unlock, which nobody gave/,
    ],
    [
      'a car that takes one key for another',
      program(open, proof('driver', 'listKeys')),
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
      program(open, proof('driver', 'lock')),
      host(({ execute }) => ({
        execute: async (command, key) => {
          await execute(command, key);
          return execute(command, key);
        },
      })),
      /lock, which nobody gave/,
    ],
    [
      'a car that forgets a key',
      program(open, { do: 'restart' }),
      {
        memory: async (memory: { commit: (record: never) => Promise<void> }) => {
          await memory.commit({
            privateKey: new Uint8Array(32).fill(3),
            pairingTries: 0,
            keys: ENROLLED.slice(0, 1),
          } as never);
        },
      },
      /has the keys 0 owner .*, not 0 owner .*, 1 driver/,
    ],
    [
      'a window in which one may guess for ever',
      program({ do: 'tap' }, ...[0, 1, 2, 3, 4].flatMap((link) => [open, guess(link)])),
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
  ])('%s', async (_, input, weakness, promise) => {
    await expect(attack(input, weakness)).rejects.toThrow(promise);
    await expect(attack(input)).resolves.toBeUndefined();
  });
});

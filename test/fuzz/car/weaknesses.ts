import type { CarHost } from '../../../lib/car/host.js';
import type { CarRecord } from '../../../firmware-sim/memory/record.js';
import type { Command, CommandName } from '../../../lib/domain/commands.js';
import { KEY_HOLDERS } from './key-holders.js';
import type { Weakness } from './world.js';
import { DONE } from '../../support/test-car.js';

// Each detector has its control: a car that is worse on purpose, and a program that must break it.
// The same program on the real car must not.

export const host = (change: (host: CarHost) => Partial<CarHost>) => ({
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

export const stranger = {
  slot: 0,
  publicKey: KEY_HOLDERS.stranger.identity.publicKey,
  signingKey: KEY_HOLDERS.stranger.signingKey,
  name: 'stranger',
  role: 'owner',
} as const;

/** A car that says done to this command, whoever gives it. */
export const obeys = (name: CommandName): Weakness => ({
  car: (real) => ({
    execute: (command, key) =>
      command.type === name ? Promise.resolve(DONE) : real.execute(command, key),
  }),
});

/** A car that takes no notice of this in a command. */
export const forgets = (...fields: readonly ('id' | 'voids')[]): Weakness => ({
  car: (real) => ({
    execute: (command, key) => {
      const left = Object.entries(command).filter(
        ([name]) => !(fields as readonly string[]).includes(name),
      );
      return real.execute(Object.fromEntries(left) as Command, key);
    },
  }),
});

/** A car that lets in whoever shows a grant. */
export const admitsAll: Weakness = {
  car: ({ credentials }) => ({
    credentials: {
      receive: (revocationList) => credentials.receive(revocationList),
      admit: async (publicKey, introduction) => {
        const outcome = await credentials.admit(publicKey, introduction);
        const { name = '' } = introduction;
        return typeof outcome === 'string'
          ? { slot: 4, publicKey, signingKey: publicKey, name, role: 'guest' }
          : outcome;
      },
    },
  }),
};

/** A car that wakes up with something else in its memory. */
export const recalls = (change: (record: CarRecord) => CarRecord): Weakness => ({
  memory: async (memory) => {
    const record = await memory.load();
    if (record !== undefined) await memory.commit(change(record));
  },
});

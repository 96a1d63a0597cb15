import { describe, expect, it } from '@jest/globals';
import { attack } from './attack.js';
import { program } from './program.js';
import {
  relay,
  grant,
  loseTime,
  open,
  pair,
  passHours,
  prove,
  refused,
  show,
  sign,
  then,
} from './steps.js';
import type { Weakness } from './world.js';
import { NO_TERMS } from '../../../lib/domain/outcomes.js';
import { DONE } from '../../support/test-car.js';
import { obeys, admitsAll, recalls } from './weaknesses.js';

describe('the oracle notices in the memory of rights', () => {
  it.each([
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
    [
      'a car that calls an old revocation list new',
      program(open, open, sign('suspend', 'driver'), relay(), {
        do: 'send',
        message: 'proofOfRevocationList',
        person: 'owner',
        link: 1,
      }),
      {
        car: (real) => ({
          execute: async (command, key) => {
            const result = await real.execute(command, key);
            return command.type === 'deliver' ? DONE : result;
          },
        }),
      },
      /says that an old revocation list is new/,
    ],
    [
      'a car that makes its last owner a driver',
      program(open, ...pair(0).slice(0, 3), {
        do: 'send',
        message: 'pairCommit',
        person: 'owner',
      }),
      {
        car: ({ pairing }) => ({
          pairing: {
            window: () => pairing.window(),
            countTry: (window) => pairing.countTry(window),
            enrol: () => Promise.resolve({ slot: 0, role: 'driver', ...NO_TERMS }),
          },
        }),
      },
      /enrols, though there is the last owner/,
    ],
    [
      'an expired grant that opens',
      program(open, grant('guest', 'short'), show('guest', 'status'), passHours, then('unlock')),
      obeys('unlock'),
      /may unlock after its grant has ended/,
    ],
    [
      'a grant that has not begun and opens',
      program(open, grant('guest', 'later'), show('guest', 'unlock')),
      admitsAll,
      /by a grant before its grant begins/,
    ],
    [
      'a grant for one use that opens twice',
      program(open, grant('guest', 'once'), show('guest', 'unlock'), then('unlock')),
      obeys('unlock'),
      /may unlock too often/,
    ],
    [
      'a drive when the lease is over',
      program(open, grant('guest', 'leased'), show('guest', 'unlock'), passHours, then('start')),
      obeys('start'),
      /may start without a fresh signature of the owner/,
    ],
    [
      'a car that opens by a grant and does not know the time',
      program(open, grant('guest'), show('guest', 'status'), loseTime, then('unlock')),
      obeys('unlock'),
      /may unlock though no time is known/,
    ],
    [
      'rights that grow by delegation',
      program(
        open,
        grant('guest', 'delegable'),
        grant('friend', 'service', { at: 1 }),
        show('friend', 'unlock'),
      ),
      admitsAll,
      /by which rights grow on the way: commands/,
    ],
    [
      'a grant that goes on longer than the one it comes from',
      program(
        open,
        grant('guest', 'delegable'),
        grant('friend', 'leased', { at: 1 }),
        show('friend', 'unlock'),
      ),
      admitsAll,
      /by which rights grow on the way: a later end/,
    ],
    [
      'a grant that a stranger signed',
      program(open, grant('guest', 'guest', { by: 'stranger' }), show('guest', 'unlock')),
      admitsAll,
      /by a grant that no owner signed/,
    ],
    [
      'a grant of which a byte was changed',
      program(
        open,
        grant('guest'),
        { do: 'alterGrant', chunk: 1, xor: 1 },
        show('guest', 'unlock'),
      ),
      admitsAll,
      /by a grant that nobody signed/,
    ],
    [
      "somebody else's grant",
      program(open, grant('guest'), show('friend', 'unlock')),
      admitsAll,
      /by a grant of somebody else/,
    ],
    [
      'a guest who may more than the role says',
      program(open, grant('guest'), show('guest', 'frunk')),
      obeys('frunk'),
      /a guest may not frunk/,
    ],
    [
      'a car that does not listen to revocation lists',
      program(open, sign('revoke', 'driver'), relay()),
      {
        car: ({ credentials }) => ({
          credentials: {
            receive: () => Promise.resolve(),
            admit: (publicKey, introduction) => credentials.admit(publicKey, introduction),
          },
        }),
      },
      /does not take a good revocation list/,
    ],
    [
      'a car that says that it took a revocation list',
      program(open, sign('revoke', 'guest', { by: 'driver' }), {
        do: 'send',
        message: 'proofOfRevocationList',
        person: 'driver',
      }),
      obeys('deliver'),
      /took a revocation list, and did not/,
    ],
    [
      'a revocation list number that goes back',
      program(open, sign('suspend', 'guest'), relay(), { do: 'restart' }),
      recalls((record) => ({ ...record, owners: [] })),
      /a revocation list number goes back/,
    ],
    [
      'half a revocation list that is forgotten',
      program(open, sign('revokeLast', 'guest'), relay(), { do: 'restart' }),
      recalls(({ owners, ...record }) => ({
        ...record,
        owners: owners.map(({ incoming: _, ...rest }) => rest),
      })),
      /a revocation list number goes back/,
    ],
    [
      'a drive without the PIN',
      program(open, open, prove('owner', 'setPin'), prove('driver', 'startWithWrongPin', 1)),
      obeys('start'),
      /may drive without the PIN/,
    ],
    [
      'a PIN that is changed without the old one',
      program(open, open, prove('owner', 'setPin'), prove('owner', 'clearPin', 1)),
      {
        car: (real) => ({
          execute: (command, key) =>
            command.type === 'setPin' && command.pin === ''
              ? Promise.resolve(DONE)
              : real.execute(command, key),
        }),
      },
      /a PIN goes without the old one/,
    ],
    [
      'a PIN that is lost',
      program(open, prove('owner', 'setPin'), { do: 'restart' }),
      recalls(({ pin: _, ...record }) => record),
      /has a PIN that no owner set, or lost one/,
    ],
    [
      'a driver who raises the epoch',
      program(open, prove('driver', 'raiseEpoch')),
      {
        car: (real) => ({
          execute: async ({ type: name }, { slot, name: who }) => {
            if (name === 'raiseEpoch') await real.credentials.raiseEpoch({ slot, name: who });
            return DONE;
          },
        }),
      },
      /a driver may not raiseEpoch/,
    ],
    [
      'an epoch that goes up by itself',
      program({ do: 'restart' }),
      recalls((record) => ({ ...record, epoch: record.epoch + 1 })),
      /has epoch 1, not 0/,
    ],
    [
      'a driver who sets the clock',
      program(open, loseTime, prove('driver', 'setTimeForward')),
      obeys('setTime'),
      /a driver may not setTime/,
    ],
    [
      'a clock that goes back',
      program({ do: 'restart' }),
      recalls(({ clock, ...record }) => ({ ...record, clock: { ...clock, offset: -60 } })),
      /takes the time for 1799999940, not 1800000000/,
    ],
  ] satisfies [string, Uint8Array, Weakness, RegExp][])(
    '%s',
    async (_, input, weakness, promise) => {
      await expect(attack(input, weakness)).rejects.toThrow(promise);
      await expect(attack(input)).resolves.toBeUndefined();
    },
  );
});

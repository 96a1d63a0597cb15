import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MOST_CHAIN_BYTES } from '../../lib/credentials/grant.js';
import { decide } from '../../lib/credentials/policy.js';
import { permits, ROLES, speedLimitOf } from '../../lib/domain/roles.js';
import type { Role } from '../../lib/domain/roles.js';
import type { Command, CommandName } from '../../lib/domain/commands.js';
import { CommandSchema } from '../support/schema/phonekey_pb.js';
import { circumstancesOf } from '../../firmware-sim/rights/rights.js';
import { person, suite } from '../unit/credentials/sample.js';
import type { Person } from '../unit/credentials/sample.js';
import { ADA, HOUR, town } from '../unit/firmware-sim/sharing-rig.js';
import type { Town } from '../unit/firmware-sim/sharing-rig.js';
import { commandOf } from '../unit/firmware-sim/rig.js';

/**
 * Whatever guests and valets do with their keys, in whatever order, nobody comes to hold more than the
 * owner gave to the one at the head of the chain, and the owner keeps all of it.
 */

const PEOPLE = [2, 3, 4, 5].map(person);
const COMMANDS = CommandSchema.oneofs.flatMap(({ fields }) =>
  fields.map(({ localName }) => localName as CommandName),
);

const who = fc.nat(PEOPLE.length - 1);

const delegation = fc.record({
  type: fc.constant('delegate' as const),
  from: fc.constantFrom(0, 0, 1, 2, 3),
  to: who,
  role: fc.constantFrom(...ROLES),
  delegations: fc.constantFrom(0, 0, 0, 1, 2, 3),
  hours: fc.integer({ min: -2, max: 40 }),
  issued: fc.integer({ min: -HOUR, max: HOUR }),
});

const step = fc.oneof(
  { weight: 8, arbitrary: delegation },
  fc.record({ type: fc.constant('show' as const), by: who, chain: fc.nat(20) }),
  fc.record({ type: fc.constant('remove' as const), by: who, slot: fc.nat(6) }),
  fc.record({ type: fc.constant('command' as const), by: who, name: fc.constantFrom(...COMMANDS) }),
  fc.record({ type: fc.constant('revocationList' as const), by: who, about: who }),
  fc.record({ type: fc.constant('wait' as const), hours: fc.nat(3) }),
);

const steps = fc.array(step, { minLength: 5, maxLength: 25 });

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Commands that a person may give now, and how fast it drives; nothing for who has no key. */
const rightsOf = ({ car, store, now }: Town, { publicKey }: Person): ReadonlySet<string> => {
  const key = car.keys().find((each) => suite.equal(each.publicKey, publicKey));
  if (key === undefined) return new Set();
  const circumstances = circumstancesOf(store.record, { suite, wallMs: now() * 1000 });
  return new Set(
    COMMANDS.filter((name) => typeof decide(key, name, circumstances) !== 'string').map(
      (name) => `${name} ${String(speedLimitOf(key.role) ?? '')}`,
    ),
  );
};

const opens = (all: Town, one: Person): boolean =>
  [...rightsOf(all, one)].some((right) => right.startsWith('unlock'));

const withinRole = (rights: ReadonlySet<string>, role: Role): boolean =>
  [...rights].every((right) => permits(role, right.split(' ')[0] as CommandName)) &&
  (speedLimitOf(role) === undefined ||
    [...rights].every((right) => Number(right.split(' ')[1]) <= (speedLimitOf(role) ?? 0)));

/** A chain, and to whom of PEOPLE its last link is made out. */
interface Given {
  readonly chain: Uint8Array;
  readonly to: number;
}

const keyOf = ({ car }: Town, { publicKey }: Person) =>
  car.keys().find((each) => suite.equal(each.publicKey, publicKey));

const run = async (all: Town, chains: Given[], each: Step): Promise<void> => {
  const { car } = all;
  const execute = async (by: number, command: Command): Promise<void> => {
    const key = keyOf(all, PEOPLE[by]!);
    if (key !== undefined) await car.execute(command, key);
  };
  switch (each.type) {
    case 'delegate': {
      const { role, delegations, hours, issued } = each;
      // What this person was given last, or else the owner's grant.
      const { chain } = chains.findLast(({ to }) => to === each.from) ?? chains[0]!;
      const notAfter = Math.max(all.now() - HOUR + 1, all.now() + hours * HOUR);
      const terms = { role, delegations, notAfter, notBefore: all.now() - HOUR };
      try {
        const made = all.delegate(chain, PEOPLE[each.from]!, PEOPLE[each.to]!, {
          ...terms,
          issuedAt: all.now() + issued,
        });
        if (made.length <= MOST_CHAIN_BYTES) chains.push({ chain: made, to: each.to });
        await all.admit(PEOPLE[each.to]!, made);
      } catch {
        // Terms that cannot even be written.
      }
      return;
    }
    case 'show':
      await all.admit(PEOPLE[each.by]!, chains[each.chain % chains.length]!.chain);
      return;
    case 'remove':
      return execute(each.by, { type: 'removeKey', slot: each.slot });
    case 'command':
      return execute(
        each.by,
        each.name === 'setPin' ? { type: each.name, pin: '1234' } : commandOf(each.name),
      );
    case 'revocationList': {
      const [part] = all.revocationList([all.entry(ADA.person), all.entry(PEOPLE[each.about]!)], {
        person: PEOPLE[each.by]!,
        slot: keyOf(all, PEOPLE[each.by]!)?.slot ?? 0,
      });
      await execute(each.by, { type: 'deliver', revocationList: part! });
      return;
    }
    case 'wait':
      all.pass(each.hours * HOUR);
      return;
  }
};

describe('delegating, showing, removing and revoking, in any order', () => {
  it.each([
    ['guest', 'guest'],
    ['valet', 'valet'],
  ] as const)('give nobody more than a %s', async (_, role) => {
    await fc.assert(
      fc.asyncProperty(steps, fc.constantFrom(1, 2, 3), async (sequence, delegations) => {
        const all = await town({ slots: 5 });
        const first = all.grant(PEOPLE[0]!, {
          role,
          delegations,
          notBefore: all.now() - HOUR,
          issuedAt: all.now() - HOUR,
          notAfter: all.now() + 24 * HOUR,
        });
        const end = all.now() + 24 * HOUR;
        const chains: Given[] = [{ chain: first, to: 0 }];
        const owners = rightsOf(all, ADA.person);
        expect(owners.size).toBe(COMMANDS.length);
        await all.admit(PEOPLE[0]!, first);
        for (const each of sequence) {
          await run(all, chains, each);
          for (const one of PEOPLE) {
            const rights = rightsOf(all, one);
            expect(withinRole(rights, role)).toBe(true);
            if (all.now() >= end) expect(opens(all, one)).toBe(false);
          }
          expect(rightsOf(all, ADA.person)).toEqual(owners);
          expect(all.store.record.pin).toBeUndefined();
          expect(all.store.record.epoch).toBe(0);
          expect(all.car.keys().filter((key) => key.role === 'owner')).toHaveLength(1);
          const lengths = all.car.keys().map(({ grant }) => grant?.path.length ?? 0);
          expect(Math.max(...lengths)).toBeLessThanOrEqual(1 + delegations);
        }
        all.pass(end - all.now());
        for (const one of PEOPLE) expect(opens(all, one)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});

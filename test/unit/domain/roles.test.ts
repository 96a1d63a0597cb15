import { describe, expect, it } from '@jest/globals';
import { covers, GRANTED_ROLES, permits, ROLES, speedLimitOf } from '../../../lib/domain/roles.js';
import type { Role } from '../../../lib/domain/roles.js';
import { roles } from '../../../lib/native/numbers.js';
import { CommandSchema } from '../../support/schema/phonekey_pb.js';
import type { CommandName } from '../../../lib/domain/commands.js';

const commands = CommandSchema.oneofs[0]!.fields.map(({ localName }) => localName as CommandName);
const permitted = (role: Role): CommandName[] => commands.filter((name) => permits(role, name));

const table: Readonly<Record<Exclude<Role, 'owner'>, string>> = {
  driver: 'unlock lock start trunk frunk status removeKey deliver',
  guest: 'unlock lock start trunk status removeKey deliver',
  valet: 'unlock lock start status removeKey deliver',
  service: 'unlock lock start frunk status removeKey deliver',
};

describe('roles', () => {
  it('permit these commands and no others', () => {
    expect(permitted('owner')).toEqual(commands);
    for (const [name, names] of Object.entries(table)) {
      expect(permitted(name as Role).sort()).toEqual(names.split(' ').sort());
    }
  });

  it('of which only owners manage keys', () => {
    for (const name of ROLES.filter((each) => each !== 'owner')) {
      for (const command of ['listKeys', 'setPin', 'setTime', 'raiseEpoch'] as const) {
        expect(permits(name, command)).toBe(false);
      }
    }
  });

  it('let a valet and a workshop drive slowly', () => {
    expect(ROLES.map((name) => speedLimitOf(name))).toEqual([
      undefined,
      undefined,
      undefined,
      30,
      50,
    ]);
  });

  it('cover what they may do themselves, and an owner everything', () => {
    for (const role of ROLES) {
      expect(covers('owner', role)).toBe(true);
      expect(covers(role, role)).toBe(true);
      expect(covers(role, 'owner')).toBe(role === 'owner');
    }
    expect(covers('driver', 'valet')).toBe(true);
    expect(covers('valet', 'driver')).toBe(false);
  });

  it('but the owner can be granted', () => {
    expect(GRANTED_ROLES).toEqual(['driver', 'guest', 'valet', 'service']);
  });

  it('have names and numbers', () => {
    expect(ROLES).toEqual(['owner', 'driver', 'guest', 'valet', 'service']);
    expect(ROLES.map((role) => roles.word(roles.of(role)))).toEqual(ROLES);
    expect(['none', ...ROLES, undefined, undefined]).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 200].map((number) => roles.word(number)),
    );
  });
});

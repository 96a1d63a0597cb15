import { describe, expect, it } from '@jest/globals';
import {
  covers,
  GRANTED_ROLE_NAMES,
  permits,
  Role,
  ROLE_NAMES,
  roleFromCode,
  roleFromName,
  roleName,
  speedLimitOf,
  type RoleName,
} from '../../../lib/credentials/roles.js';
import { CommandSchema } from '../../../lib/native/schema/gen/phonekey_pb.js';
import type { CommandName } from '../../../lib/native/commands.js';

const commands = CommandSchema.oneofs[0]!.fields.map(({ localName }) => localName as CommandName);
const permitted = (role: Role): CommandName[] => commands.filter((name) => permits(role, name));

const table: Readonly<Record<Exclude<RoleName, 'owner'>, string>> = {
  driver: 'unlock lock start trunk frunk status removeKey deliver',
  guest: 'unlock lock start trunk status removeKey deliver',
  valet: 'unlock lock start status deliver',
  service: 'unlock lock start frunk status deliver',
};

describe('roles', () => {
  it('permit these commands and no others', () => {
    expect(permitted(Role.OWNER)).toEqual(commands);
    for (const [name, names] of Object.entries(table)) {
      expect(permitted(roleFromName(name as RoleName)).sort()).toEqual(names.split(' ').sort());
    }
    expect(permitted(Role.UNSPECIFIED)).toEqual([]);
  });

  it('of which only owners manage keys', () => {
    for (const name of ROLE_NAMES.filter((each) => each !== 'owner')) {
      for (const command of ['listKeys', 'setPin', 'setTime', 'raiseEpoch'] as const) {
        expect(permits(roleFromName(name), command)).toBe(false);
      }
    }
  });

  it('let a valet and a workshop drive slowly', () => {
    expect(ROLE_NAMES.map((name) => speedLimitOf(roleFromName(name)))).toEqual([
      undefined,
      undefined,
      undefined,
      30,
      50,
    ]);
    expect(speedLimitOf(Role.UNSPECIFIED)).toBeUndefined();
  });

  it('cover what they may do themselves, and an owner everything', () => {
    const all = ROLE_NAMES.map(roleFromName);
    for (const role of all) {
      expect(covers(Role.OWNER, role)).toBe(true);
      expect(covers(role, role)).toBe(true);
      expect(covers(role, Role.OWNER)).toBe(role === Role.OWNER);
      expect(covers(role, Role.UNSPECIFIED)).toBe(false);
      expect(covers(Role.UNSPECIFIED, role)).toBe(false);
    }
    expect(covers(Role.DRIVER, Role.VALET)).toBe(true);
    expect(covers(Role.VALET, Role.DRIVER)).toBe(false);
  });

  it('but the owner can be granted', () => {
    expect(GRANTED_ROLE_NAMES).toEqual(['driver', 'guest', 'valet', 'service']);
  });

  it('have names and numbers', () => {
    expect(ROLE_NAMES).toEqual(['owner', 'driver', 'guest', 'valet', 'service']);
    expect(ROLE_NAMES.map((name) => roleName(roleFromName(name)))).toEqual(ROLE_NAMES);
    expect(roleName(Role.UNSPECIFIED)).toBe('none');
    expect([0, 1, 2, 3, 4, 5, 6, 200].map(roleFromCode)).toEqual([0, 1, 2, 3, 4, 5, 0, 0]);
  });
});

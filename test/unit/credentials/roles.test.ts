import { describe, expect, it } from '@jest/globals';
import {
  permits,
  Role,
  ROLE_NAMES,
  roleFromName,
  roleName,
} from '../../../lib/credentials/roles.js';
import { CommandSchema } from '../../../lib/wire/gen/phonekey_pb.js';
import type { CommandName } from '../../../lib/wire/commands.js';

const commands = CommandSchema.fields.map(({ localName }) => localName as CommandName);
const permitted = (role: Role): CommandName[] => commands.filter((name) => permits(role, name));

describe('roles', () => {
  it('permit these commands and no others', () => {
    expect(permitted(Role.OWNER)).toEqual(commands);
    expect(permitted(Role.DRIVER)).toEqual([
      'unlock',
      'lock',
      'start',
      'trunk',
      'frunk',
      'status',
      'removeKey',
    ]);
    expect(permitted(Role.UNSPECIFIED)).toEqual([]);
  });

  it('have names', () => {
    expect(ROLE_NAMES).toEqual(['owner', 'driver']);
    expect(ROLE_NAMES.map((name) => roleName(roleFromName(name)))).toEqual(['owner', 'driver']);
    expect(roleName(Role.UNSPECIFIED)).toBe('none');
  });
});

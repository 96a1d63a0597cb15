import { Role } from '../wire/gen/phonekey_pb.js';
import type { CommandName } from '../wire/commands.js';

/**
 * Who may do what: the one table. An owner may do everything, so that a new command needs no line here;
 * others may do what stands in it. Whoever may remove keys but is no owner may remove its own alone
 * (firmware-sim/behaviors/remove-key.ts).
 */
const PERMISSIONS: Readonly<Record<Role, readonly CommandName[] | 'everything'>> = {
  [Role.UNSPECIFIED]: [],
  [Role.OWNER]: 'everything',
  [Role.DRIVER]: ['unlock', 'lock', 'start', 'trunk', 'frunk', 'status', 'removeKey'],
};

export const permits = (role: Role, command: CommandName): boolean => {
  const permitted = PERMISSIONS[role];
  return permitted === 'everything' || permitted.includes(command);
};

/** The role's name as people write it: `owner`, `driver`. */
export type RoleName = 'owner' | 'driver';

export const ROLE_NAMES: readonly RoleName[] = ['owner', 'driver'];

export const roleName = (role: Role): RoleName | 'none' =>
  role === Role.OWNER ? 'owner' : role === Role.DRIVER ? 'driver' : 'none';

export const roleFromName = (name: RoleName): Role => (name === 'owner' ? Role.OWNER : Role.DRIVER);

export { Role };

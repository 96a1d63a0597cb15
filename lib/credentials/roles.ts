import { Role } from '../wire/gen/phonekey_pb.js';
import type { CommandName } from '../wire/commands.js';

/**
 * Who may do what: the one table. A key has a role; a role permits commands. Removing one's own key
 * is always permitted (see firmware-sim/behaviors/remove-key.ts).
 */
const EVERYBODY = ['unlock', 'lock', 'trunk', 'frunk', 'status', 'removeKey'] as const;

const PERMISSIONS: Readonly<Record<Role, readonly CommandName[]>> = {
  [Role.UNSPECIFIED]: [],
  [Role.OWNER]: [...EVERYBODY, 'start', 'listKeys'],
  [Role.DRIVER]: [...EVERYBODY, 'start'],
};

export const permits = (role: Role, command: CommandName): boolean =>
  PERMISSIONS[role].includes(command);

/** The role's name as people write it: `owner`, `driver`. */
export type RoleName = 'owner' | 'driver';

export const ROLE_NAMES: readonly RoleName[] = ['owner', 'driver'];

export const roleName = (role: Role): RoleName | 'none' =>
  role === Role.OWNER ? 'owner' : role === Role.DRIVER ? 'driver' : 'none';

export const roleFromName = (name: RoleName): Role => (name === 'owner' ? Role.OWNER : Role.DRIVER);

export { Role };

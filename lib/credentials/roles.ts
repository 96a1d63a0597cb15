import type { CommandName } from '../native/commands.js';
import { Role } from '../native/schema/gen/phonekey_pb.js';

/** The role's name as people write it. */
export type RoleName = 'owner' | 'driver' | 'guest' | 'valet' | 'service';

interface RoleEntry {
  readonly name: RoleName;
  readonly commands: readonly CommandName[] | 'everything';
  /** km/h while this role drives; none for no limit. */
  readonly speedLimit?: number;
}

/** What no role but those without key management lacks: taking its own key away, carrying notices. */
const OWN_KEY: readonly CommandName[] = ['removeKey', 'deliver'];

/**
 * Who may do what: the one table. An owner may do everything, so that a new command needs no line here;
 * others may do what stands in it. Whoever may remove keys but is no owner may remove its own alone
 * (firmware-sim/behaviors/remove-key.ts).
 */
const ROLES: Readonly<Record<Exclude<Role, Role.UNSPECIFIED>, RoleEntry>> = {
  [Role.OWNER]: { name: 'owner', commands: 'everything' },
  [Role.DRIVER]: {
    name: 'driver',
    commands: ['unlock', 'lock', 'start', 'trunk', 'frunk', 'status', ...OWN_KEY],
  },
  [Role.GUEST]: {
    name: 'guest',
    commands: ['unlock', 'lock', 'start', 'trunk', 'status', ...OWN_KEY],
  },
  [Role.VALET]: {
    name: 'valet',
    commands: ['unlock', 'lock', 'start', 'status', 'deliver'],
    speedLimit: 30,
  },
  [Role.SERVICE]: {
    name: 'service',
    commands: ['unlock', 'lock', 'start', 'frunk', 'status', 'deliver'],
    speedLimit: 50,
  },
};

const KNOWN = [Role.OWNER, Role.DRIVER, Role.GUEST, Role.VALET, Role.SERVICE] as const;
const BY_CODE: ReadonlyMap<number, Role> = new Map(KNOWN.map((role) => [role, role]));

/** Undefined for a role that this version does not know. */
const entryOf = (role: Role): RoleEntry | undefined =>
  (ROLES as Readonly<Record<number, RoleEntry | undefined>>)[role];

export const permits = (role: Role, command: CommandName): boolean => {
  const commands = entryOf(role)?.commands;
  return commands === 'everything' || commands?.includes(command) === true;
};

/** km/h; undefined for no limit. */
export const speedLimitOf = (role: Role): number | undefined => entryOf(role)?.speedLimit;

/** True when nothing that `inner` may do is forbidden to `outer`: `inner` can be delegated by it. */
export const covers = (outer: Role, inner: Role): boolean => {
  const wide = entryOf(outer);
  const narrow = entryOf(inner);
  if (wide === undefined || narrow === undefined) return false;
  if ((narrow.speedLimit ?? Infinity) > (wide.speedLimit ?? Infinity)) return false;
  if (wide.commands === 'everything') return true;
  return narrow.commands !== 'everything' && narrow.commands.every((name) => permits(outer, name));
};

export const ROLE_NAMES: readonly RoleName[] = KNOWN.map((role) => ROLES[role].name);

/** Roles that a grant can give: an owner is made at the car alone. */
export const GRANTED_ROLE_NAMES: readonly RoleName[] = ROLE_NAMES.filter(
  (name) => name !== 'owner',
);

export const roleName = (role: Role): RoleName | 'none' => entryOf(role)?.name ?? 'none';

export const roleFromName = (name: RoleName): Role =>
  KNOWN.find((role) => ROLES[role].name === name) ?? Role.UNSPECIFIED;

/** Of a number from outside; UNSPECIFIED for one that this version does not know. */
export const roleFromCode = (code: number): Role => BY_CODE.get(code) ?? Role.UNSPECIFIED;

export { Role };

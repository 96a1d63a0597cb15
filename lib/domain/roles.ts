import type { CommandName } from './commands.js';

/** Every Role, the owner first. */
export const ROLES = ['owner', 'driver', 'guest', 'valet', 'service'] as const;

/** What the bearer of a key may do. */
export type Role = (typeof ROLES)[number];

/** Roles that a grant can give: an owner is made at the car alone. */
export const GRANTED_ROLES = ROLES.filter((role) => role !== 'owner');

interface Rights {
  readonly commands: readonly CommandName[] | 'everything';
  /** km/h while this role drives; none for no limit. */
  readonly speedLimit?: number;
}

/** What no role lacks: taking its own key away, delivering lists. */
const EVERYBODY: readonly CommandName[] = ['removeKey', 'deliver'];

/**
 * Who may do what: the one table. An owner may do everything, so that a new command needs no line here;
 * others may do what stands in it. Who is no owner removes its own key alone (firmware-sim/key-manager.ts).
 */
const RIGHTS: Readonly<Record<Role, Rights>> = {
  owner: { commands: 'everything' },
  driver: { commands: ['unlock', 'lock', 'start', 'trunk', 'frunk', 'status', ...EVERYBODY] },
  guest: { commands: ['unlock', 'lock', 'start', 'trunk', 'status', ...EVERYBODY] },
  valet: { commands: ['unlock', 'lock', 'start', 'status', ...EVERYBODY], speedLimit: 30 },
  service: {
    commands: ['unlock', 'lock', 'start', 'frunk', 'status', ...EVERYBODY],
    speedLimit: 50,
  },
};

/** Whether a key with this role may give the command; a CarHost asks it before it acts. */
export const permits = (role: Role, command: CommandName): boolean => {
  const { commands } = RIGHTS[role];
  return commands === 'everything' || commands.includes(command);
};

/** km/h; undefined for no limit. */
export const speedLimitOf = (role: Role): number | undefined => RIGHTS[role].speedLimit;

/** True when nothing that `inner` may do is forbidden to `outer`: `inner` can be delegated by it. */
export const covers = (outer: Role, inner: Role): boolean => {
  const wide = RIGHTS[outer];
  const narrow = RIGHTS[inner];
  if ((narrow.speedLimit ?? Infinity) > (wide.speedLimit ?? Infinity)) return false;
  if (wide.commands === 'everything') return true;
  return narrow.commands !== 'everything' && narrow.commands.every((name) => permits(outer, name));
};

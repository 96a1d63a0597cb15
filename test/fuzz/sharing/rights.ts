import { ROLE } from '../../../lab/forged-credentials.js';
import type { LinkFields } from '../../../lab/forged-credentials.js';
import type { CommandName } from '../../../lib/domain/commands.js';

/** Written down here once more, so that a slip in the project's own table is noticed. */
const DRIVER: readonly CommandName[] = ['unlock', 'lock', 'start', 'trunk', 'frunk', 'status'];
const COMMANDS: ReadonlyMap<number, ReadonlySet<CommandName>> = new Map<
  number,
  ReadonlySet<CommandName>
>([
  [
    ROLE.owner,
    new Set([
      ...DRIVER,
      'listKeys',
      'removeKey',
      'deliver',
      'setPin',
      'raiseEpoch',
      'setTime',
      'listRevocations',
    ]),
  ],
  [ROLE.driver, new Set([...DRIVER, 'removeKey', 'deliver'])],
  [ROLE.guest, new Set(['unlock', 'lock', 'start', 'trunk', 'status', 'removeKey', 'deliver'])],
  [ROLE.valet, new Set(['unlock', 'lock', 'start', 'status', 'removeKey', 'deliver'])],
  [ROLE.service, new Set(['unlock', 'lock', 'start', 'frunk', 'status', 'removeKey', 'deliver'])],
]);
const SPEED: ReadonlyMap<number, number> = new Map<number, number>([
  [ROLE.valet, 30],
  [ROLE.service, 50],
]);

export const mayEver = (role: number, command: CommandName): boolean =>
  COMMANDS.get(role)?.has(command) === true;

/** km/h; Infinity for no limit. */
export const fastest = (role: number): number => SPEED.get(role) ?? Infinity;

/** What a link gives that the one before it does not have, in words; undefined where there is nothing. */
export const whatGrows = (outer: LinkFields, inner: LinkFields): string | undefined => {
  const beyond = [...(COMMANDS.get(inner.role) ?? [])].filter((name) => !mayEver(outer.role, name));
  const grows: Readonly<Record<string, boolean>> = {
    commands: beyond.length > 0,
    speed: fastest(inner.role) > fastest(outer.role),
    'an earlier beginning': inner.notBefore < outer.notBefore,
    'a later end': inner.notAfter > outer.notAfter,
    'an older date': inner.issuedAt < outer.issuedAt,
    'a longer lease':
      outer.leaseHours > 0 && !(inner.leaseHours > 0 && inner.leaseHours <= outer.leaseHours),
    'further delegation': inner.delegations >= outer.delegations,
    'another owner': inner.ownerSlot !== outer.ownerSlot,
  };
  return Object.keys(grows).find((what) => grows[what]);
};

const GRANTED: ReadonlySet<number> = new Set([ROLE.driver, ROLE.guest, ROLE.valet, ROLE.service]);

/** False for a link that no car takes, wherever it stands. */
export const isWritable = (link: LinkFields): boolean =>
  link.version === 1 &&
  link.delegations <= 3 &&
  GRANTED.has(link.role) &&
  link.notBefore < link.notAfter &&
  !(link.uses > 0 && link.delegations > 0);
